export { type BehaviorCard, type BehaviorTool, behaviorText, readBehavior } from "./behavior.ts";
export { type ForcedText, Matcher, type MatcherStats } from "./matcher.ts";
export { type CompileOptions, Grammar, Raptor, type Tool, toolSchema } from "./raptor.ts";
export { isRefusal, REFUSALS, type Refusal, type RefusalCode } from "./refusal.ts";
export { byteLevelTokens, sentencePieceTokens, tiktokenTokens } from "./tokens.ts";
export { Vocabulary, type VocabularySource } from "./vocabulary.ts";
