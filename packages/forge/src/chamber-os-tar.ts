/**
 * Writes tar archives: the files of a run go into its chamber as one stream that the chamber unpacks itself, because nobody
 * outside may write as its user. Format: POSIX.1-1988 ustar with GNU long names (`L`).
 */

const BLOCK = 512;
/** What tar(1) reads at once; a shorter stream would keep it waiting. */
const RECORD = 20 * BLOCK;
const NAME_BYTES = 100;

/** `paths` are relative, without `..`. Folders on the way are made by whoever unpacks. */
export function tarOf(files: Iterable<readonly [path: string, bytes: Uint8Array]>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [path, bytes] of files) {
    const name = Buffer.from(path);
    if (name.length > NAME_BYTES)
      parts.push(
        header(Buffer.from("././@LongLink"), name.length + 1, "L"),
        padded(Buffer.concat([name, Buffer.alloc(1)])),
      );
    parts.push(header(name.subarray(0, NAME_BYTES), bytes.length, "0"), padded(bytes));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  const archive = Buffer.concat(parts);
  return Buffer.concat([archive, new Uint8Array((RECORD - (archive.length % RECORD)) % RECORD)]);
}

function header(name: Uint8Array, size_bytes: number, type: string): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.set(name, 0);
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${size_bytes.toString(8).padStart(11, "0")}\0`, 124);
  block.write("00000000000\0", 136);
  block.write("        ", 148);
  block.write(type, 156);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

const padded = (bytes: Uint8Array): Uint8Array => Buffer.concat([bytes, new Uint8Array(-bytes.length & (BLOCK - 1))]);
