export { checkCall, type ToolCall } from "./card.ts";
export { DECODE, MARKING_VERSION } from "./marks.ts";
export { type Decoded, type DecodedToken, DIRECTIVE_TOKENS_MAX, markName, Needle, type NeedleTools } from "./needle.ts";
export { type Measure, readMeasure } from "./numbers.ts";
export {
  type Answer,
  BEST_ENOUGH,
  CARD_LEAST,
  NEEDLE_LEAST,
  type NeedleScore,
  NONE,
  NONE_CERTAIN,
  type Route,
  Supervisor,
  TOOL_LEAST,
  type ToolScore,
} from "./supervisor.ts";
export { VIEWS } from "./tool-shape.ts";
