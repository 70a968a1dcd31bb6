/** A time from its beginning on, its end left out. */
import { z } from "zod";

export interface Window {
  readonly from_ms: number;
  readonly until_ms: number;
}

export const WindowShape = z.strictObject({ from_ms: z.int(), until_ms: z.int() });
