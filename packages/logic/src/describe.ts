/** What a GGUF file is, for people: `axiom model inspect FILE`. */
import { type Gguf, GgufError, type GgufValue, readGguf, type TensorType } from "./gguf.ts";
import { memoryBytes } from "./memory.ts";
import { isLogicRefusal, type LogicRefusal, refuse } from "./refusal.ts";
import { readTokenizer } from "./tokenizer.ts";
import { type MambaShape, readMamba } from "./weights.ts";

/** Characters of a long metadata text that are shown. */
export const DESCRIBED_TEXT = 120;
/** Items of a list that are shown; of a longer one only their number. */
export const DESCRIBED_ITEMS = 8;

export interface GgufDescription {
  readonly version: number;
  readonly name: string | null;
  readonly architecture: string | null;
  /** `axiom.decode`: how its answers are read; null: a general model. */
  readonly decode: string | null;
  readonly file_bytes: number;
  readonly parameters: number;
  readonly tensors: readonly { readonly type: TensorType; readonly count: number; readonly bytes: number }[];
  readonly tokenizer: {
    readonly model: string | null;
    readonly pre: string | null;
    readonly size: number | null;
    readonly ends: readonly number[];
    /** Why it cannot be used, if so. */
    readonly problem: LogicRefusal | null;
  };
  /** Null: not a model for the kernel, and why. */
  readonly mamba: { readonly shape: MambaShape; readonly memory_bytes: number } | null;
  readonly problem: LogicRefusal | null;
  /** Every key; long lists as their length, long texts cut. */
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
}

/** Refuses `model-malformed` with the byte where the reader stopped. */
export function describeGguf(file: Uint8Array): GgufDescription | LogicRefusal {
  const gguf = attempt(() => readGguf(file));
  if (isLogicRefusal(gguf)) return gguf;
  const tensors = [...gguf.tensors.values()];
  const mamba = attempt(() => readMamba(gguf).shape);
  return {
    version: gguf.version,
    name: textOf(gguf, "general.name"),
    architecture: textOf(gguf, "general.architecture"),
    decode: textOf(gguf, "axiom.decode"),
    file_bytes: file.length,
    parameters: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0),
    tensors: (["F32", "F16", "Q8_0"] as const).flatMap((type) => {
      const some = tensors.filter((tensor) => tensor.type === type);
      const bytes = some.reduce((sum, { data }) => sum + data.length, 0);
      return some.length === 0 ? [] : [{ type, count: some.length, bytes }];
    }),
    tokenizer: describeTokenizer(gguf),
    mamba: isLogicRefusal(mamba) ? null : { shape: mamba, memory_bytes: memoryBytes(mamba) },
    problem: isLogicRefusal(mamba) ? mamba : null,
    metadata: [...gguf.metadata].map(([key, value]) => ({ key, value: shown(value) })),
  };
}

function attempt<T>(read: () => T): T | LogicRefusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof GgufError) return refuse("model-malformed", `${error.message}.`);
    throw error;
  }
}

function describeTokenizer(gguf: Gguf): GgufDescription["tokenizer"] {
  const tokenizer = readTokenizer(gguf);
  const refused = isLogicRefusal(tokenizer);
  const tokens = gguf.metadata.get("tokenizer.ggml.tokens");
  return {
    model: textOf(gguf, "tokenizer.ggml.model"),
    pre: textOf(gguf, "axiom.pre") ?? textOf(gguf, "tokenizer.ggml.pre"),
    size: Array.isArray(tokens) ? tokens.length : null,
    ends: refused ? [] : tokenizer.ends,
    problem: refused ? tokenizer : null,
  };
}

const textOf = (gguf: Gguf, key: string): string | null => {
  const value = gguf.metadata.get(key);
  return typeof value === "string" ? value : null;
};

function shown(value: GgufValue): string {
  if (typeof value === "string") return value.length <= DESCRIBED_TEXT ? value : `${value.slice(0, DESCRIBED_TEXT)}…`;
  if (typeof value !== "object") return String(value);
  const items = Array.from(value as Iterable<GgufValue>);
  return items.length <= DESCRIBED_ITEMS ? `[${items.map(shown).join(", ")}]` : `${items.length} items`;
}
