/** From the token lists of common tokenizers to bytes: what a Vocabulary is made of. */

/** GPT-2's table: printable stand-ins for all 256 bytes. */
function byteLevelTable(): Map<string, number> {
  const table = new Map<string, number>();
  let extra = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.set(String.fromCodePoint(printable ? byte : extra++), byte);
  }
  return table;
}

/** Byte-level BPE (GPT-2, Llama 3, Qwen …): the strings of vocab.json by id. Names in `special` have no bytes. */
export function byteLevelTokens(
  pieces: readonly (string | null)[],
  special: ReadonlySet<number>,
): (Uint8Array | null)[] {
  const table = byteLevelTable();
  const encoder = new TextEncoder();
  return pieces.map((piece, id) => {
    if (piece === null || special.has(id)) return null;
    const bytes = Array.from(piece, (c) => table.get(c));
    // Added tokens are plain text, not written in the byte alphabet.
    return bytes.includes(undefined) ? encoder.encode(piece) : Uint8Array.from(bytes as number[]);
  });
}

/** SentencePiece (Llama 2, Mistral, Gemma …): `▁` is a space, `<0x0A>` a byte. */
export function sentencePieceTokens(
  pieces: readonly (string | null)[],
  special: ReadonlySet<number>,
): (Uint8Array | null)[] {
  const encoder = new TextEncoder();
  return pieces.map((piece, id) => {
    if (piece === null || special.has(id)) return null;
    const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(piece);
    return byte ? Uint8Array.of(Number.parseInt(byte[1]!, 16)) : encoder.encode(piece.replaceAll("▁", " "));
  });
}

/** A tiktoken file: a line a token, its bytes in Base64 and its id. */
export function tiktokenTokens(file: string): (Uint8Array | null)[] {
  const tokens: (Uint8Array | null)[] = [];
  for (const line of file.split("\n")) {
    const [base64, id] = line.trim().split(" ");
    if (!base64 || !id) continue;
    const at = Number(id);
    while (tokens.length <= at) tokens.push(null);
    tokens[at] = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  }
  return tokens;
}
