/** Prices of the last coordination as a file beside the records, so that a stop does not cool the map: `[[id, dimension, from_ms, price], …]`. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { SlotPrice } from "./lattice.ts";
import type { KeepPrices } from "./price-book.ts";

/** The dearest of them go into the file. */
export const MAX_FILE_PRICES = 100_000;
const Prices = z.array(z.tuple([z.string(), z.string(), z.int(), z.number().positive()])).max(MAX_FILE_PRICES);

/** None when there is no such file, or it is of no use. */
export async function readPrices(path: string): Promise<readonly SlotPrice[]> {
  const text = await readFile(path, "utf8").catch(() => "[]");
  try {
    return Prices.parse(JSON.parse(text)).map(([id, dimension, from_ms, price]) => ({ id, dimension, from_ms, price }));
  } catch {
    return [];
  }
}

/** One after another, each beside the old one first and then in its place. */
export function pricesInto(path: string): KeepPrices {
  let last: Promise<void> = Promise.resolve();
  return (prices) => {
    const dearest = prices.length <= MAX_FILE_PRICES ? prices : prices.toSorted((a, b) => b.price - a.price);
    const rows = dearest
      .slice(0, MAX_FILE_PRICES)
      .map(({ id, dimension, from_ms, price }) => [id, dimension, from_ms, price]);
    const write = async (): Promise<void> => {
      await writeFile(`${path}.new`, JSON.stringify(rows));
      await rename(`${path}.new`, path);
    };
    last = last.then(write, write);
    return last;
  };
}
