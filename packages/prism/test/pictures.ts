/** The pictures in docs/images. Taken anew when one is absent, or when PRISM_PICTURES=write says so. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Screen } from "./screen.ts";

const IMAGES = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const IMAGE_MAX_BYTES = 300 * 1024;
/** Thousands of points and soft heat pack worse than flat panels. */
export const MAP_MAX_BYTES = 450 * 1024;

/** Takes a picture of the window as it is; gives back what was taken and where the kept one lies. */
export async function takePicture(
  screen: Screen,
  name: string,
  most_bytes = IMAGE_MAX_BYTES,
): Promise<{ taken: Uint8Array; path: string }> {
  const path = join(IMAGES, `${name}.png`);
  const taken = await screen.page.screenshot({ animations: "disabled", caret: "hide" });
  expect(taken.length).toBeLessThanOrEqual(most_bytes);
  if (process.env.PRISM_PICTURES === "write" || !existsSync(path)) {
    mkdirSync(IMAGES, { recursive: true });
    writeFileSync(path, taken);
  }
  return { taken, path };
}
