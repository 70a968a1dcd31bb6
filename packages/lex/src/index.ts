export type { Answer, CardWriter, DecodedToken, NeedleScore, Route, ToolScore } from "./answer.ts";
export { checkCall, type ToolCall } from "./card.ts";
export { JsonWriter } from "./json-writer.ts";
export { type MarkedCard, markCall } from "./marked-card.ts";
export { DECODE, MARKING_VERSION } from "./marks.ts";
export { type Decoded, DIRECTIVE_TOKENS_MAX, Needle, type NeedleTools } from "./needle.ts";
export { NeedleMemories } from "./needle-memories.ts";
export { type Measure, readMeasure } from "./numbers.ts";
export { checkFile, RELEASE_PAYLOAD_TYPE, type Release, readRelease } from "./release.ts";
export { type Difference, replay, replayable } from "./replay.ts";
export {
  BEST_ENOUGH,
  CARD_LEAST,
  NEEDLE_LEAST,
  NONE,
  NONE_CERTAIN,
  Supervisor,
  type SupervisorTools,
  TOOL_LEAST,
} from "./supervisor.ts";
export { VIEWS } from "./tool-shape.ts";
