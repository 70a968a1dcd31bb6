/** permit.*: timed, signed allowances for one host. Granting one writes it into the permit book and into the ledger. */
import {
  type Chance,
  holderKey,
  isRefusal,
  type JsonObject,
  type Keyring,
  type PermitBook,
  type PermitView,
  type Refusal,
  toHex,
  writePermit,
} from "lop";
import type { Statements } from "./statements.ts";
import { done, type ToolDoer, type ToolYield } from "./tool.ts";

/** What a permit that an operator grants by host and minutes allows: the tools that bring pages in, and runs that ask for one. */
export const PERMIT_ACTIONS = ["exec.run", "fetch.page", "fetch.crawl", "watch.add"];
export const PERMIT_PORTS = [80, 443];
/** CONNECT is a TLS tunnel: what is asked inside it only its ends see. */
export const PERMIT_METHODS = ["GET", "HEAD", "CONNECT"];
export const PERMIT_USES = 10_000;
export const PERMIT_BYTES = 256 * 1024 * 1024;
const ID_BYTES = 16;

interface PermitWorld {
  readonly permits: PermitBook;
  readonly keyring: Keyring;
  readonly statements: Statements;
  readonly chance: Chance;
  /** Id of the policy set in force. */
  readonly policy_set: string;
}

const PERMIT: JsonObject = {
  type: "object",
  properties: {
    id: { type: "string" },
    hosts: { type: "array", items: { type: "string" } },
    state: { enum: ["live", "early", "expired", "revoked", "exhausted"] },
    until: { type: "string" },
    uses_left: { type: "integer", minimum: 0 },
    bytes_left: { type: "integer", minimum: 0 },
  },
  required: ["id", "hosts", "state", "until", "uses_left", "bytes_left"],
  additionalProperties: false,
};
const list = (name: string, items: JsonObject): JsonObject => ({
  type: "object",
  properties: { [name]: { type: "array", items } },
  required: [name],
  additionalProperties: false,
});

export const permitTools = (world: PermitWorld): Record<string, ToolDoer> => {
  const quiet = { language: null, changes: "nothing" } as const;
  return {
    "permit.grant": {
      ...quiet,
      result: PERMIT,
      run: ({ card, directive }) =>
        grant(world, directive, String(card.parameters.host).toLowerCase(), Number(card.parameters.minutes)),
    },
    "permit.revoke": {
      ...quiet,
      result: list("revoked", { type: "string" }),
      run: ({ card, directive }) => revokeHost(world, directive, String(card.parameters.host).toLowerCase()),
    },
    "permit.list": {
      ...quiet,
      result: list("permits", PERMIT),
      run: async () => done({ permits: world.permits.list().map(shown) }),
    },
  };
};

/** A permit as people read it. */
export const shown = ({ permit, state, uses_left, bytes_left }: PermitView) => ({
  id: permit.id,
  hosts: permit.resources.hosts,
  state,
  until: new Date(permit.exp).toISOString(),
  uses_left,
  bytes_left,
});

async function grant(
  world: PermitWorld,
  directive: string,
  host: string,
  minutes: number,
): Promise<ToolYield | Refusal> {
  const issuer = world.keyring.signer("permit-issuer");
  if (isRefusal(issuer)) return issuer;
  // Bound to the hive's own key: the hive fetches, on the operator's word.
  const holder = world.keyring.signer("hive");
  if (isRefusal(holder)) return holder;
  const nbf = world.statements.now_ms();
  const envelope = writePermit(issuer, {
    id: toHex(world.chance.bytes(ID_BYTES)),
    cnf: holderKey(holder),
    actions: PERMIT_ACTIONS,
    resources: { hosts: [host], ports: PERMIT_PORTS, methods: PERMIT_METHODS },
    nbf,
    exp: nbf + minutes * 60_000,
    max_uses: PERMIT_USES,
    max_bytes: PERMIT_BYTES,
    parent: null,
    policy: world.policy_set,
  });
  const granted = await world.permits.grant(envelope);
  if (isRefusal(granted)) return granted;
  const written = await world.statements.write("permit", directive, { id: granted.id, host, minutes });
  if (isRefusal(written)) return written;
  return done(shown(world.permits.list().find(({ permit }) => permit.id === granted.id)!));
}

async function revokeHost(world: PermitWorld, directive: string, host: string): Promise<ToolYield | Refusal> {
  const covered = world.permits
    .list()
    .filter(({ permit, state }) => state === "live" && permit.resources.hosts.includes(host));
  for (const { permit } of covered) {
    const refused = await revokePermit(world, permit.id, directive);
    if (refused !== null) return refused;
  }
  return done({ revoked: covered.map(({ permit }) => permit.id) });
}

/** Denied at once; on record after. */
export async function revokePermit(
  { permits, statements }: Pick<PermitWorld, "permits" | "statements">,
  id: string,
  directive: string | null,
): Promise<Refusal | null> {
  const refused = await permits.revoke(id);
  if (refused !== null) return refused;
  const written = await statements.write("permit-revoked", directive, { id });
  return isRefusal(written) ? written : null;
}
