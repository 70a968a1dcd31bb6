/** Memory as a value: what a sequence has read, in constant size. It can be saved, forked, compared and sealed. */

/** Float counts follow from it: SSM `inner · state` and conv `(kernel − 1) · channels` a layer. */
export interface MemoryShape {
  readonly layers: number;
  readonly inner: number;
  readonly state: number;
  readonly kernel: number;
  readonly channels: number;
}

export interface Memory {
  readonly shape: MemoryShape;
  /** Lower-case hex SHA-256 of the GGUF file it belongs to. */
  readonly weights: string;
  /**
   * f32, little-endian: the SSM state `[layer][inner][state]` (inner = head · headdim), then the last conv inputs
   * `[layer][kernel − 1][channels]`, oldest first. Never written to after the memory was made.
   */
  readonly bytes: Uint8Array;
  /** Lower-case hex SHA-256 of the memory's f32 file (docs/formats/memory.md); worked out when first asked for. */
  readonly hash: string;
}

/** Bytes of a memory's body in f32. */
export const memoryBytes = ({ layers, inner, state, kernel, channels }: MemoryShape): number =>
  4 * layers * (inner * state + (kernel - 1) * channels);
