/** Files of the ledger's folder that the tlog-tiles API serves. */
import { type Disk, DiskError } from "lop";

/** `path` is already known to be a tile's. Null when there is none. */
export async function readTile(disk: Disk, path: string): Promise<Uint8Array | null> {
  try {
    return await disk.read(`ledger/tile/${path}`);
  } catch (error) {
    if (error instanceof DiskError && (error.code === "not-found" || error.code === "denied")) return null;
    throw error;
  }
}
