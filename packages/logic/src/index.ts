export { byteTokenizer } from "./byte-tokenizer.ts";
export { dequantise, halfToNumber } from "./dequantise.ts";
export { DESCRIBED_ITEMS, DESCRIBED_TEXT, describeGguf, type GgufDescription } from "./describe.ts";
export {
  type Constraint,
  type Engine,
  type EngineInfo,
  MAX_WRITTEN_TOKENS,
  type Sequence,
  type WriteRequest,
  type Written,
  type WrittenEnd,
  type WrittenText,
} from "./engine.ts";
export { KERNEL_FEED_TOKENS, type KernelEngineOptions, kernelEngine } from "./engine-kernel.ts";
export { KERNEL_VECTORS, type KernelFileOptions, type KernelVectors, openKernelEngine } from "./engine-kernel-node.ts";
export {
  LLAMACPP_DEFAULT_CONTEXT,
  LLAMACPP_DEFAULT_SLOTS,
  type LlamaCppOptions,
  openLlamaCppEngine,
} from "./engine-llamacpp-node.ts";
export {
  OPENAI_DEFAULT_TIMEOUT_MS,
  OPENAI_MAX_ANSWER_BYTES,
  type OpenAiOptions,
  openAiEngine,
} from "./engine-openai.ts";
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
  readGgufMetadata,
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
export { PlainKernel } from "./kernel-plain.ts";
export { defaultThreads, hireThread } from "./kernel-threads-node.ts";
export { compileKernel } from "./kernel-vectors-node.ts";
export { LLAMACPP_INSTALL, LLAMACPP_VERSION } from "./llamacpp-package-node.ts";
export { blankMemory, MambaReference, type ReferenceMemory } from "./mamba-reference.ts";
export {
  checkMemory,
  emptyMemory,
  MEMORY_MAX_BYTES,
  MEMORY_MAX_DIMENSION,
  MEMORY_MAX_LAYERS,
  MEMORY_TYPES,
  type Memory,
  type MemoryShape,
  type MemoryType,
  makeMemory,
  memoryBytes,
  readMemory,
  type Sha256,
  writeMemory,
} from "./memory.ts";
export { openAiModels } from "./openai-models.ts";
export {
  checkSampling,
  MAX_ALTERNATIVES,
  MAX_TEMPERATURE,
  type Picked,
  type PickOptions,
  type Sampling,
  type Scored,
} from "./pick.ts";
export {
  PREFIX_CACHE_DEFAULT_BYTES,
  PREFIX_MIN_TOKENS,
  PrefixCache,
  type PrefixCacheOptions,
  type PrefixContext,
  readThrough,
  type Shelf,
} from "./prefix-cache.ts";
export { folderShelf } from "./prefix-cache-node.ts";
export { KERNEL_MODES, type KernelMode } from "./quantise.ts";
export { EngineFault, isLogicRefusal, type LogicRefusal, type LogicRefusalCode } from "./refusal.ts";
export { choose } from "./sampler.ts";
export { openMemory, type Sealer, sealMemory } from "./seal.ts";
export { nodeSealer, nodeSha256 } from "./seal-node.ts";
export { MAX_STOP_CHARACTERS, MAX_STOPS } from "./text-stream.ts";
export { readTokenizer, TEXT_MAX_CHARACTERS, type Tokenizer } from "./tokenizer.ts";
export { type MambaLayer, type MambaShape, type MambaWeights, readMamba } from "./weights.ts";
