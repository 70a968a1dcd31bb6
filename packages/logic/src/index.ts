export { dequantise, halfToNumber } from "./dequantise.ts";
export {
  GGUF_MAX_ARRAY_DEPTH,
  GGUF_MAX_ARRAY_ITEMS,
  GGUF_MAX_DIMENSIONS,
  GGUF_MAX_ENTRIES,
  GGUF_MAX_STRING_BYTES,
  GGUF_MAX_TENSORS,
  type Gguf,
  GgufError,
  type GgufValue,
  readGguf,
  type Tensor,
  type TensorType,
} from "./gguf.ts";
export { blankMemory, MambaReference, type ReferenceMemory } from "./mamba-reference.ts";
export { type MambaLayer, type MambaShape, type MambaWeights, readMamba } from "./weights.ts";
