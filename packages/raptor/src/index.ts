export { type CompileOptions, Grammar, Raptor } from "./raptor.ts";
export { type ForcedText, Matcher, type MatcherStats } from "./matcher.ts";
export { isRefusal, type Refusal, REFUSALS, type RefusalCode } from "./refusal.ts";
export { Vocabulary, type VocabularySource } from "./vocabulary.ts";
export { byteLevelTokens, sentencePieceTokens, tiktokenTokens } from "./tokens.ts";
