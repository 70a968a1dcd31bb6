/**
 * Refusals are values, not exceptions: a step that may say no returns one. All codes stand in this table;
 * `docs/refusals.md` is printed from it. `http` is the status the API answers with.
 */
export const REFUSALS = {
  // sign
  "keys-locked": { http: 423, fix: "Unlock with `axiom unlock`, the HUD, or AXIOM_PASSPHRASE_FILE." },
  "wrong-passphrase": {
    http: 401,
    fix: "Check the passphrase; a lost one cannot be recovered, only replaced with `axiom keys init --replace`.",
  },
  "passphrase-unfit": { http: 422, fix: "Choose a passphrase of 1 to 1,024 characters." },
  "keys-missing": { http: 503, fix: "Make keys with `axiom keys init`, or restore the keys folder from a copy." },
  "keys-damaged": {
    http: 503,
    fix: "Restore the keys folder from a copy, or replace it with `axiom keys init --replace`.",
  },
  "keys-unwritable": { http: 503, fix: "Repair the disk or the folder's rights, then restart." },
  "keys-full": { http: 409, fix: "Revoke keys that are no longer used." },
  "keys-exist": { http: 409, fix: "Use the keys that are there, or replace them with `axiom keys init --replace`." },
  "already-unlocked": { http: 409, fix: "Nothing to do; `axiom lock` locks again." },
  // admit
  "packet-malformed": { http: 400, fix: "Send a DSSE envelope as docs/formats/packet.md describes." },
  "packet-too-large": { http: 413, fix: "Keep a packet within 256 KiB; refer to bigger bodies by their SHA-256." },
  "frame-malformed": { http: 400, fix: "Frame the stream as docs/formats/packet.md describes, and open it again." },
  "frame-timeout": { http: 408, fix: "Send a frame without a pause, and open the stream again." },
  "stream-congested": { http: 503, fix: "Wait until the receiver has taken what was sent." },
  "packet-type-unknown": { http: 400, fix: "Use a type of the allowlist in docs/formats/packet.md." },
  "signature-invalid": { http: 401, fix: "Sign the exact payload bytes with the key that the envelope names." },
  "key-unknown": { http: 401, fix: "Register the key in the manifest: `axiom keys add ROLE PUBLIC_KEY`." },
  "key-revoked": { http: 401, fix: "Sign with a key that the manifest lists as active." },
  "key-role-wrong": { http: 403, fix: "Sign with a key of the role that the message needs." },
  "packet-replayed": { http: 409, fix: "Sign a new packet; each one is admitted once." },
  "replay-guard-full": { http: 503, fix: "Wait until earlier packets have run out; sign packets with a shorter life." },
  "packet-expired": { http: 410, fix: "Sign a new packet, and check both clocks." },
  "packet-from-future": { http: 400, fix: "Set the clock of the signer." },
  "hive-frozen": { http: 503, fix: "Read why with `axiom status`; then `axiom resume`." },
  "idempotency-conflict": { http: 422, fix: "Use a new Idempotency-Key for a different request." },
  "too-many-directives": {
    http: 429,
    fix: "Wait for running directives to end, or raise `limits.directives_in_flight`.",
  },
  // route, decode
  "engine-absent": { http: 501, fix: "State the action card yourself: `axiom do TOOL --param value`." },
  "no-needle-fits": { http: 422, fix: "Say it differently, or state the action card: `axiom do TOOL --param value`." },
  "needle-unfit": {
    http: 422,
    fix: "Use a behavior card with tools and parameters that the model knows, or an engine with a general model.",
  },
  "needle-unknown": { http: 404, fix: "List the needles with `axiom needles`." },
  "needle-known": { http: 409, fix: "Give the behavior card another id, or say `--replace`." },
  "memory-absent": { http: 404, fix: "A needle remembers once it has written an action card over the kernel." },
  "engine-failed": { http: 503, fix: "Read the reason; `axiom doctor` says what the engine needs." },
  "model-damaged": { http: 503, fix: "Restore the models folder from a copy; `axiom doctor` names the file." },
  "tool-unknown": { http: 404, fix: "List the tools with `axiom tools`." },
  "tool-absent": { http: 501, fix: "The part that this tool belongs to is not built yet." },
  "parameters-invalid": { http: 422, fix: "Correct the named parameter; `axiom tools NAME` shows the schema." },
  // judge, approve
  "policy-denied": {
    http: 403,
    fix: "Read the named policy with `axiom policy show`; change it if the action should be allowed.",
  },
  "approval-refused": { http: 403, fix: "Nothing: the operator said no." },
  "approval-expired": { http: 410, fix: "State the directive again and approve it in time." },
  "approval-not-explicit": {
    http: 409,
    fix: "Read what it will do, then approve explicitly: `axiom approve ID --explicit`.",
  },
  "approval-not-awaited": { http: 409, fix: "Check the directive's state with `axiom show ID`." },
  "policy-invalid": {
    http: 422,
    fix: "Correct the named policy; `axiom policy validate` lists every fault. The set in force stays in force.",
  },
  "permit-missing": { http: 403, fix: "Grant one: `axiom permit grant HOST --minutes N`." },
  "permit-early": { http: 403, fix: "Wait until the permit begins, or grant one that begins now." },
  "permit-expired": { http: 403, fix: "Grant a new permit." },
  "permit-revoked": { http: 403, fix: "Grant a new permit." },
  "permit-exhausted": { http: 403, fix: "Grant a new permit with more uses or bytes." },
  "permit-out-of-scope": { http: 403, fix: "Ask for what the permit covers, or grant a wider one." },
  "permit-invalid": { http: 400, fix: "Check the permit chain; each child must lie within its parent." },
  "permits-full": { http: 429, fix: "Revoke permits that are no longer needed, or wait until some run out." },
  "permits-unwritable": {
    http: 503,
    fix: "Free disk space or repair the disk, then restart; permits are denied until then.",
  },
  "permits-damaged": { http: 503, fix: "Restore the permits folder from a copy, or remove it: all permits then end." },
  // execute, validate
  "card-unjudged": { http: 500, fix: "Report this: a step of the trip was passed over." },
  "chamber-ended": { http: 409, fix: "State the directive again; it gets a new chamber." },
  "chamber-not-frozen": { http: 409, fix: "Freeze it first: `axiom freeze`." },
  "snapshot-invalid": {
    http: 422,
    fix: "Take it from its source again; a snapshot whose key was destroyed never opens.",
  },
  "rung-unavailable": { http: 503, fix: "Run `axiom doctor`; it says what the chamber needs." },
  "chambers-busy": { http: 429, fix: "Wait for a running chamber to end." },
  "path-outside-workspace": { http: 403, fix: "Give a relative path inside the workspace, without links out of it." },
  "path-not-found": { http: 404, fix: "List the workspace with `axiom do files.list`." },
  "path-not-a-file": { http: 422, fix: "Name a regular file." },
  "file-too-large": { http: 413, fix: "Keep workspace files within the limit in axiom.json." },
  "workspace-full": { http: 507, fix: "Remove files from the workspace, or raise its limits in axiom.json." },
  "workspace-changed": { http: 409, fix: "State it again; it will start from the files as they are now." },
  "result-quarantined": { http: 502, fix: "Read the card: the outcome did not match what the tool promises." },
  // execute: the lattice
  "lattice-none": { http: 501, fix: "Set `lattice.engine` to embedded or postgres in axiom.json." },
  "lattice-unopened": { http: 503, fix: "Read the reason; `axiom doctor` says what the lattice needs." },
  "lattice-refused": { http: 422, fix: "Correct what is named." },
  "time-unknown": { http: 422, fix: "Say it like `tomorrow 9am`, `Saturday 14:30` or `2026-12-01 10:00`." },
  "time-past": { http: 422, fix: "Name a time that is still to come." },
  "place-unknown": { http: 422, fix: "Name a quarter, a street or a place that the lattice has." },
  "place-ambiguous": { http: 422, fix: "Say which one is meant; the choices are given." },
  "home-unset": {
    http: 422,
    fix: "Set where you are: `axiom config set lattice.home LATITUDE,LONGITUDE`.",
  },
  "what-unknown": { http: 422, fix: "Ask for a kind of capability that the lattice has." },
  "attribute-unknown": { http: 422, fix: "Use an attribute that some capability has." },
  "capability-unknown": { http: 404, fix: "Use the id of a capability that the lattice has." },
  "capability-ambiguous": { http: 422, fix: "Give the id; the choices are given." },
  "capability-malformed": { http: 422, fix: "Correct the field named." },
  "capability-closed": { http: 409, fix: "Choose a time at which it is open." },
  "window-beyond": { http: 422, fix: "Name an earlier time, or raise `lattice.horizon_days`." },
  "hold-too-much": { http: 409, fix: "Ask for fewer units, another time or another capability." },
  "hold-unknown": { http: 404, fix: "Use the id that the reservation was given." },
  "hold-over": { http: 409, fix: "It has ended; ask for a new one." },
  cancelled: { http: 409, fix: "Nothing: the operator cancelled it." },
  // record, prove, store
  "ledger-unwritable": {
    http: 503,
    fix: "Free disk space or repair the disk, run `axiom ledger check`, then restart.",
  },
  "ledger-damaged": { http: 503, fix: "`axiom ledger check` locates the damage; restore the folder from a copy." },
  "ledger-busy": { http: 429, fix: "Wait until what was handed in is durable, then try again." },
  "entry-unknown": { http: 404, fix: "Ask for an index below the size in the ledger's checkpoint." },
  "witness-refused": { http: 502, fix: "Read what the witness says; check its key, and that it knows this ledger's." },
  "disk-full": { http: 507, fix: "Free disk space, then `axiom resume`." },
  "home-in-use": { http: 409, fix: "Another daemon runs on this AXIOM_HOME; use it, or stop it." },
  "port-taken": { http: 409, fix: "Set `http.port` in axiom.json, or AXIOM_HTTP_PORT." },
  "config-invalid": { http: 422, fix: "Correct the named key in axiom.json." },
  "directive-over": { http: 409, fix: "Nothing; read how it ended with `axiom show ID`." },
  "proof-absent": { http: 409, fix: "Wait for the directive's end: `axiom show ID`." },
  "directive-unknown": { http: 404, fix: "List directives with `axiom list`." },
  "entry-too-large": {
    http: 413,
    fix: "Keep a ledger entry within 65,535 bytes; refer to bigger bodies by their SHA-256.",
  },
  "home-unusable": { http: 503, fix: "Give the folder to the user that runs the hive: `chown`, `chmod 700`." },
  "bind-refused": {
    http: 422,
    fix: "Listen on 127.0.0.1, or set `http.tls_cert` and `http.tls_key` to listen wider.",
  },
  "daemon-absent": { http: 503, fix: "Start it: `axiom`." },
  "hive-stopping": { http: 503, fix: "Send it again when the daemon is back." },
  "host-refused": { http: 421, fix: "Use the address that the daemon printed, or add the name to `http.hosts`." },
  "origin-refused": { http: 403, fix: "Call from a program, or from the hive's own page; other sites have no access." },
  "scope-missing": { http: 403, fix: "Use a key with the scope: `axiom key add NAME --scope SCOPE`." },
  "route-unknown": { http: 404, fix: "See /openapi.json for every route." },
  "method-not-allowed": { http: 405, fix: "Use a method that the Allow header names." },
  "media-type-refused": { http: 415, fix: "Send `Content-Type: application/json`." },
  "request-too-large": { http: 413, fix: "Keep the body within 1 MiB." },
  "too-many-streams": { http: 429, fix: "Close an event stream, or raise `http.event_streams`." },
  "hud-absent": { http: 404, fix: "Build it: `npm run build -w prism`; `npm start` does so by itself." },
  "tool-missing": { http: 501, fix: "Install the tool that is named." },
  unauthorized: { http: 401, fix: "Send `Authorization: Bearer KEY`; `axiom key show` prints yours." },
  "request-malformed": { http: 400, fix: "Compare the body with /openapi.json." },
  "proof-invalid": {
    http: 422,
    fix: "The named part was changed or does not belong to the rest; get the proof again from its source.",
  },
  "replay-impossible": { http: 422, fix: "Only cards that a needle decoded can be replayed." },
  interrupted: {
    http: 500,
    fix: "The hive stopped between intent and outcome; check the effect by hand before stating it again.",
  },
} as const satisfies Record<string, { http: number; fix: string }>;

export type RefusalCode = keyof typeof REFUSALS;

export interface Refusal {
  readonly refused: RefusalCode;
  /** One sentence: what was wrong and where. */
  readonly why: string;
  /** One sentence: how to mend it. */
  readonly fix: string;
}

export function refuse(refused: RefusalCode, why: string, fix: string = REFUSALS[refused].fix): Refusal {
  return Object.freeze({ refused, why, fix });
}

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "refused" in value && "why" in value && "fix" in value;
