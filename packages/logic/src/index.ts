export { dequantise, halfToNumber } from "./dequantise.ts";
export {
  type Constraint,
  type Engine,
  type EngineInfo,
  MAX_ALTERNATIVES,
  MAX_WRITTEN_TOKENS,
  type Picked,
  type PickOptions,
  type Scored,
  type Sequence,
  type WriteRequest,
  type Written,
  type WrittenEnd,
  type WrittenText,
} from "./engine.ts";
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
export { type GgufInput, halfBits, type TensorInput, writeGguf } from "./gguf-write.ts";
export { KERNEL_DEFAULT_SLOTS, Kernel, type KernelOptions, type KernelPost, serveKernel } from "./kernel.ts";
export {
  KERNEL_BATCH,
  KERNEL_MAX_BYTES,
  KERNEL_MAX_COLUMNS,
  KERNEL_MAX_SLOTS,
  KERNEL_MAX_THREADS,
  KernelError,
} from "./kernel-layout.ts";
export { type KernelFile, readKernelFile } from "./kernel-node.ts";
export { blankMemory, MambaReference, type ReferenceMemory } from "./mamba-reference.ts";
export { type Memory, type MemoryShape, memoryBytes } from "./memory.ts";
export { KERNEL_MODES, type KernelMode } from "./quantise.ts";
export { isLogicRefusal, type LogicRefusal, type LogicRefusalCode } from "./refusal.ts";
export type { Sampling } from "./sampler.ts";
export type { Tokenizer } from "./tokenizer.ts";
export { type MambaLayer, type MambaShape, type MambaWeights, readMamba } from "./weights.ts";
