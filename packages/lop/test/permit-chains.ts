/** Random permit chains over a small world, judged by a twin that knows nothing of subsets: it asks every permit of the chain. */
import type { SimChance } from "../src/chance-sim.ts";
import {
  beyondParent,
  beyondScope,
  type OpenedPermit,
  PERMIT_MAX_CHAIN,
  type Permit,
  type PermitRequest,
} from "../src/permit.ts";

const HOSTS = ["a.test", "b.a.test", "c.b.a.test", "xa.test", "test"];
const PATTERNS = [...HOSTS, "*.a.test", "*.b.a.test", "*.test"];
const PORTS = [80, 443];
const METHODS = ["GET", "POST"];
const ACTIONS = ["web.fetch", "web.post"];
const NO_ENVELOPE = { payloadType: "", payload: "", signatures: [] };

const some = <T>(chance: SimChance, items: readonly T[]): T[] => items.filter(() => chance.below(4) > 0);
const one = <T>(chance: SimChance, items: readonly T[]): T => items[chance.below(items.length)]!;

function randomPermit(chance: SimChance, parent: Permit | null, name: number): Permit {
  // Children mostly start from their parent's words, so that many are valid and the rest fail by a little.
  const like = <T>(items: readonly T[], above: readonly T[] | undefined): T[] =>
    some(chance, above !== undefined && chance.below(8) > 0 ? above : items);
  const nbf = (parent?.nbf ?? 0) + chance.below(4) - (chance.below(10) === 0 ? 1 : 0);
  return {
    v: 1,
    id: String(name).padStart(32, "0"),
    iss: parent === null ? "issuer" : "holder",
    cnf: "",
    actions: like(ACTIONS, parent?.actions),
    resources: {
      hosts:
        chance.below(2) === 0 && parent !== null ? some(chance, PATTERNS) : like(PATTERNS, parent?.resources.hosts),
      ports: like(PORTS, parent?.resources.ports),
      methods: like(METHODS, parent?.resources.methods),
    },
    nbf,
    exp: Math.max(nbf + 1, (parent?.exp ?? 20) - chance.below(4) + (chance.below(10) === 0 ? 5 : 0)),
    max_uses: Math.max(1, (parent?.max_uses ?? 9) - chance.below(3) + (chance.below(10) === 0 ? 3 : 0)),
    max_bytes: Math.max(0, (parent?.max_bytes ?? 9) - chance.below(3) + (chance.below(10) === 0 ? 3 : 0)),
    parent: parent === null ? null : `digest ${name - 1}`,
    policy: null,
  };
}

const asOpened = (permit: Permit, name: number): OpenedPermit => ({
  permit,
  digest: `digest ${name}`,
  holder: "holder",
  envelope: NO_ENVELOPE,
});

interface Moment {
  readonly request: PermitRequest;
  readonly at: number;
  readonly used: number;
  readonly moved: number;
}

const randomMoment = (chance: SimChance, { nbf }: Permit): Moment => ({
  request: {
    holder: "holder",
    action: one(chance, ACTIONS),
    host: one(chance, HOSTS),
    port: one(chance, PORTS),
    method: one(chance, METHODS),
  },
  at: nbf - 1 + chance.below(12),
  used: chance.below(8),
  moved: chance.below(8),
});

const allows = ({ permit }: OpenedPermit, { request, at, used, moved }: Moment): boolean =>
  beyondScope(permit, request) === null &&
  at >= permit.nbf &&
  at < permit.exp &&
  used < permit.max_uses &&
  moved <= permit.max_bytes;

/** Makes `chains` chains, keeps the accepted ones, and asks each many things that its last permit allows. */
export function childAllowsMore(chance: SimChance, chains: number, requests = 16) {
  const found = { chains, accepted: 0, asked: 0, allowed: 0, violations: [] as string[] };
  for (let i = 0; i < chains; i++) {
    const chain = [asOpened(randomPermit(chance, null, 0), 0)];
    const length = 2 + chance.below(PERMIT_MAX_CHAIN - 1);
    while (chain.length < length) {
      const child = asOpened(randomPermit(chance, chain.at(-1)!.permit, chain.length), chain.length);
      if (beyondParent(chain.at(-1)!, child) !== null) break;
      chain.push(child);
    }
    if (chain.length < 2) continue;
    found.accepted++;
    for (let asked = 0; asked < requests; asked++) {
      const moment = randomMoment(chance, chain.at(-1)!.permit);
      found.asked++;
      if (!allows(chain.at(-1)!, moment)) continue;
      found.allowed++;
      if (!chain.every((permit) => allows(permit, moment))) found.violations.push(JSON.stringify({ chain, moment }));
    }
  }
  return found;
}
