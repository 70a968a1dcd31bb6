/** The journal's file on a disk. Every append is followed by fdatasync. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { JournalFile, Sha256 } from "./journal.ts";

export const nodeSha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest();

/** Opens the file, or makes it. One process at a time: the caller holds the lock of the folder. */
export async function openJournalFile(path: string): Promise<JournalFile> {
  const handle = await open(path, "a+");
  return {
    read: async () => {
      const { size } = await handle.stat();
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; ) {
        const { bytesRead } = await handle.read(bytes, at, size - at, at);
        if (bytesRead === 0) return bytes.subarray(0, at);
        at += bytesRead;
      }
      return bytes;
    },
    append: async (bytes) => {
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
      await handle.datasync();
    },
    truncate: async (size_bytes) => {
      await handle.truncate(size_bytes);
      await handle.datasync();
    },
    close: () => handle.close(),
  };
}
