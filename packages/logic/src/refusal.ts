/** Why the model runtime said no. Refusals are values; exceptions are for our own faults (and `GgufError` inside the reader). */
export const REFUSALS = {
  "model-malformed": "Get the file again from its source; `axiom model inspect FILE` says what can be read of it.",
  "model-unsupported": "Use an engine that knows this architecture, such as llamacpp.",
  "tokenizer-malformed": "Convert the model again with its original tokenizer files.",
  "tokenizer-unsupported": "Use an engine that brings its own tokenizer, such as llamacpp.",
  "text-too-long": "Send less text at once.",
  "memory-unsupported": "Use a Mamba-2 model in F32, F16 or Q8_0: its memory has one form for every engine.",
  "memory-malformed": "Write the memory again; the format is docs/formats/memory.md.",
  "memory-altered": "Restore the memory from where it was saved; this copy was changed or sealed under another key.",
  "memory-of-another-model": "Use the weights that the memory was made with.",
  "engine-absent": "Install the optional package that is named, or use the kernel.",
  "engine-full": "Close sequences that are done, or open the engine with more slots.",
  "engine-failed": "Look at the reason; another engine or model file may work.",
  "engine-closed": "Open the engine again.",
  "engine-without-sequences": "Use `write`: a remote server keeps its own memory.",
  "request-malformed": "Correct the value that is named.",
  "sampling-malformed": "Give a temperature from 0, top_p and min_p from 0 to 1, and a seed.",
  "constraint-unmet": "Relax the grammar, allow more tokens, or use an engine that takes masks.",
  "remote-unreachable": "Start the server, or correct its address.",
  "remote-timeout": "Wait for the server, or allow more time.",
  "remote-refused": "Check the key, the model's name and the server's limits.",
  "remote-without-schema":
    "Use a server that takes response_format json_schema, such as vLLM or llama-server, or a local engine.",
  "remote-failed": "Look at the server's own messages, then try again.",
  "remote-malformed": "The server does not speak the OpenAI protocol; check its address and version.",
  cancelled: "State it again when you want it.",
} as const;

export type LogicRefusalCode = keyof typeof REFUSALS;

export interface LogicRefusal {
  readonly refused: LogicRefusalCode;
  /** One sentence: what was wrong and where. */
  readonly why: string;
  /** One sentence: how to mend it. */
  readonly fix: string;
}

export function refuse(refused: LogicRefusalCode, why: string): LogicRefusal {
  return Object.freeze({ refused, why, fix: REFUSALS[refused] });
}

export const isLogicRefusal = (value: unknown): value is LogicRefusal =>
  typeof value === "object" && value !== null && "refused" in value && "why" in value && "fix" in value;

/** An engine under a sequence failed: for calls whose type has no room for a refusal. Doors turn it back into a value. */
export class EngineFault extends Error {
  readonly refusal: LogicRefusal;
  constructor(refusal: LogicRefusal) {
    super(refusal.why);
    this.name = "EngineFault";
    this.refusal = refusal;
  }
}
