/** Permits and ledger as the egress of the chambers sees them. */
import type { EgressBook, EgressDecision } from "forge";
import { isRefusal, type Keyring, type PermitBook, type Refusal } from "lop";
import type { Statements } from "./statements.ts";
import { sentence } from "./statements.ts";

/** The tool whose runs may use the network. */
const ACTION = "exec.run";

interface EgressWorld {
  readonly permits: PermitBook;
  readonly keyring: Keyring;
  readonly statements: Statements;
}

/** Whether any permit stands that a run could use: without one its chamber has no way out at all. */
export const mayReachOut = (permits: PermitBook): boolean =>
  permits.list().some(({ permit, state }) => state === "live" && permit.actions.includes(ACTION));

export const egressBook = ({ permits, keyring, statements }: EgressWorld): EgressBook => ({
  permits: {
    find: (request) => {
      const holder = keyring.signer("hive");
      if (isRefusal(holder)) return holder;
      const id = permits.find({ ...request, holder: holder.keyId, action: ACTION });
      if (isRefusal(id)) return id;
      const view = permits.list().find(({ permit }) => permit.id === id)!;
      return { id, literal: view.permit.resources.hosts.includes(request.host), ends_in_ms: view.ends_in_ms };
    },
    spend: (id, cost) => permits.spend(id, cost),
  },
  record: (decision) => record(statements, decision),
});

async function record(statements: Statements, { session, ...decision }: EgressDecision): Promise<Refusal | null> {
  const why = decision.why === null ? null : sentence(decision.why);
  const written = await statements.write("permit-use", session, { ...decision, why });
  return isRefusal(written) ? written : null;
}
