/** The question of a search, and whether it makes sense by itself: without an index, hours or room. */
import { z } from "zod";
import { type Constraint, ConstraintShape } from "./constraint.ts";
import { type After, readCursor } from "./cursor.ts";
import { type Fault, fault, isFault } from "./fault.ts";
import { type OrderQuery, OrderShape } from "./order.ts";
import { type Area, type Place, PlaceShape, readPlace } from "./place.ts";
import { type Window, WindowShape } from "./window.ts";
import { type Complaint, complaintText, readShape } from "./wording.ts";

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 10_000;

export interface FindQuery extends OrderQuery {
  readonly place: Place;
  readonly where?: Constraint | undefined;
  /** Capabilities of which a condition is not known: left out (default) or let in. */
  readonly unknown?: "exclude" | "include" | undefined;
  /** Open for the whole of this window. */
  readonly open?: Window | undefined;
  /** Free units of each dimension, in every slot of the window. */
  readonly free?: Readonly<Record<string, number>> | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Says too how many passed each condition; see explain.ts. */
  readonly explain?: boolean | undefined;
}

const QueryShape = z.strictObject({
  place: PlaceShape,
  where: ConstraintShape.optional(),
  unknown: z.enum(["exclude", "include"]).optional(),
  open: WindowShape.optional(),
  free: z.record(z.string().min(1).max(128), z.int().min(1).max(65_535)).optional(),
  limit: z.int().optional(),
  cursor: z.string().max(1024).optional(),
  explain: z.boolean().optional(),
  ...OrderShape,
}) satisfies z.ZodType<FindQuery>;

/** A query that was found to make sense, still without an index. */
export interface ReadQuery {
  readonly query: FindQuery;
  readonly area: Area;
  readonly limit: number;
  readonly after: After | null;
  readonly now_ms: number;
}

export function readQuery(value: unknown, now_ms: number): ReadQuery | Fault {
  const shape = readShape(QueryShape, value);
  if (!("data" in shape)) return shapeFault(shape);
  const query = shape.data;
  const area = readPlace(query.place);
  if (isFault(area)) return area;
  const wrong = checkWindow(query.open, now_ms) ?? checkFree(query);
  if (wrong !== null) return wrong;
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT)
    return fault("limit-malformed", `limit: must be 1 to ${MAX_LIMIT}, not ${limit}.`, "limit");
  const after = query.cursor === undefined ? null : readCursor(query.cursor, query.order ?? "distance");
  return isFault(after) ? after : { query, area, limit, after, now_ms };
}

function shapeFault(complaint: Complaint): Fault {
  const path = complaint.at;
  const code = path.startsWith("where")
    ? "attribute-mismatch"
    : path.startsWith("limit")
      ? "limit-malformed"
      : /^(order|travel|price)/.test(path)
        ? "order-unsupported"
        : "place-malformed";
  return fault(path.startsWith("open") ? "window-malformed" : code, complaintText(complaint, "the query"), path);
}

function checkWindow(window: Window | undefined, now_ms: number): Fault | null {
  if (window === undefined) return null;
  if (window.from_ms >= window.until_ms) return fault("window-malformed", "The window ends before it begins.", "open");
  return window.until_ms <= now_ms
    ? fault("window-past", `The window ended at ${new Date(window.until_ms).toISOString().slice(0, 16)}Z.`, "open")
    : null;
}

function checkFree({ free, open }: FindQuery): Fault | null {
  const asked = free !== undefined && Object.keys(free).length > 0;
  return asked && open === undefined
    ? fault("window-malformed", "Free units are asked for without a window.", "free")
    : null;
}
