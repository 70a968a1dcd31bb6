/** What is said, signed and provable. This file is the only door of the package; `lop/verify` is the one for browsers. */
export { nodeBoot } from "./boot-node.ts";
export { concat, equal, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from "./bytes.ts";
export type { Chance } from "./chance.ts";
export { nodeChance } from "./chance-node.ts";
export { SimChance } from "./chance-sim.ts";
export { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
export type { Clock } from "./clock.ts";
export { nodeClock } from "./clock-node.ts";
export { SimClock } from "./clock-sim.ts";
export { COUNTER_BLOCK, SendCounter } from "./counter.ts";
export { type Crypto, keyIdOf, type Signer } from "./crypto.ts";
export { nodeCrypto, nodeSigner } from "./crypto-node.ts";
export { webCrypto } from "./crypto-web.ts";
export { type Disk, DiskError, type DiskErrorCode, type DiskFile, type DiskLock, type OpenHow } from "./disk.ts";
export { type CrashState, crashStates, SECTOR_BYTES } from "./disk-crash.ts";
export { nodeDisk } from "./disk-node.ts";
export { type DiskImage, type DiskOperation, type FaultPlan, SimDisk } from "./disk-sim.ts";
export { envelopeBytes, openEnvelope, pae, sealEnvelope } from "./dsse.ts";
export {
  FRAME_MAX_BODY_BYTES,
  FRAME_MAX_QUEUED_BYTES,
  FRAME_TIMEOUT_MS,
  FRAME_VERSION,
  FrameParser,
  type FrameSink,
  FrameWriter,
  frameBytes,
  readFrames,
} from "./frame.ts";
export { canonicalBytes, JSON_MAX_DEPTH, type Json, type JsonObject, parseStrict, prettyText } from "./json.ts";
export { PASSPHRASE_MAX_LENGTH } from "./keylock.ts";
export { Keyring, type KeyringOptions } from "./keyring.ts";
export { ARGON2_COST, nodeVault } from "./keyring-node.ts";
export { Ledger, type LedgerOptions, type LedgerRepair } from "./ledger.ts";
export { type CheckOptions, checkLedger } from "./ledger-check.ts";
export { ENTRY_MAX_BYTES } from "./ledger-record.ts";
export { FINDINGS, type Finding, findingText, type LedgerReport } from "./ledger-report.ts";
export { cosignLedger } from "./ledger-witness.ts";
export {
  formerKeys,
  hiveName,
  KEY_ROLES,
  KEY_STATUSES,
  type KeyDirectory,
  type KeyManifest,
  type KeyRole,
  type KeyStatus,
  MANIFEST_PAYLOAD_TYPE,
  type ManifestKey,
  readManifest,
  writeManifest,
} from "./manifest.ts";
export { verifyConsistency, verifyInclusion } from "./merkle.ts";
export { NOTE_COSIGNATURE, NOTE_ED25519, type NoteKey, readVerifierKey, verifierKey } from "./note.ts";
export {
  type OpenedPacket,
  PACKET_MAX_BYTES,
  PACKET_MAX_LIFETIME_MS,
  PACKET_MAX_SKEW_MS,
  PACKET_PAYLOAD_TYPE,
  PACKET_TYPES,
  Packet,
  type PacketContext,
  type PacketFields,
  type PacketType,
  readPacket,
  writePacket,
} from "./packet.ts";
export {
  holderKey,
  PERMIT_MAX_CHAIN,
  PERMIT_MAX_LIFETIME_MS,
  PERMIT_PAYLOAD_TYPE,
  Permit,
  type PermitFields,
  type PermitRequest,
  readPermit,
  writePermit,
} from "./permit.ts";
export { PERMIT_MAX_HELD, PermitBook, type PermitBookOptions, type PermitView } from "./permit-book.ts";
export type { BootClock } from "./permit-time.ts";
export {
  faultSentence,
  type PolicyFault,
  type PolicyFiles,
  type PolicyInfo,
  type PolicyReport,
  PolicySet,
} from "./policy.ts";
export { type PolicyCase, type PolicyCaseResult, readPolicyCases, runPolicyCases } from "./policy-cases.ts";
export { APPROVALS, type Approval, type Impact, type PolicyRequest, type ToolShape } from "./policy-request.ts";
export { PROOF_MAX_BYTES, PROOF_PARTS, type ProofPart, proofBytes } from "./proof.ts";
export {
  ActionCard,
  ApprovalBody,
  Checks,
  Digest,
  DirectiveBody,
  digestOf,
  Envelope,
  FileChange,
  IMPACTS,
  Instant,
  Outcome,
  ProofCard,
  ReplayData,
  RUNGS,
  type Rung,
  Seal,
  STATEMENT_KINDS,
  STATEMENT_PAYLOAD_TYPE,
  STATUSES,
  Statement,
  type Status,
  Verdict,
} from "./record.ts";
export { isRefusal, REFUSALS, type Refusal, type RefusalCode, refuse } from "./refusal.ts";
export { REPLAY_MAX_NONCES, REPLAY_MAX_WINDOWS, REPLAY_WINDOW, ReplayGuard } from "./replay-guard.ts";
export { exportTiles, readLedgerFile } from "./tiles.ts";
export { verifyTlogProof } from "./tlog-proof.ts";
export type { Argon2Cost, KeyVault, SecretStore } from "./vault.ts";
export { type ProofFacts, type Verification, verifyProof } from "./verify.ts";
export { Witness, type WitnessAnswer, type WitnessOptions, type WitnessPort } from "./witness.ts";
