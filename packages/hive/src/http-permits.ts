/** Permits over HTTP. Granting is an action like any other: it is judged, approved and proved, so it is stated as a directive. */
import { refuse } from "lop";
import { stateDirective } from "./http-directives.ts";
import { done, json, type Route, route } from "./http-route.ts";
import { DirectiveBodyView, NoQuery, PermitList, PermitRequest } from "./http-schemas.ts";

const list = route<undefined, object>({
  method: "get",
  path: "/v1/permits",
  name: "permits",
  about: "Permits that have been granted, and what is left of each.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "All of them.", schema: PermitList } },
  handle: ({ world }) => json({ permits: world.hive.permits() }),
});

const grant = route<PermitRequest, object>({
  method: "post",
  path: "/v1/permits",
  name: "grantPermit",
  about: "States the directive `permit.grant`; policy asks for an approval.",
  scope: "admin",
  body: PermitRequest,
  query: NoQuery,
  answers: {
    200: { about: "It ended while the request waited.", schema: DirectiveBodyView },
    202: { about: "It is admitted and under way, or waits for an approval.", schema: DirectiveBodyView },
  },
  handle: (call) => stateDirective({ ...call, body: { card: { tool: "permit.grant", parameters: { ...call.body } } } }),
});

const revoke = route<undefined, object>({
  method: "delete",
  path: "/v1/permits/{id}",
  name: "revokePermit",
  about: "Revokes a permit, at once.",
  scope: "admin",
  query: NoQuery,
  answers: { 204: { about: "Done." } },
  handle: async ({ world, params }) => {
    const id = params.id!;
    if (!/^[0-9a-f]{32}$/.test(id))
      return refuse("permit-missing", `${id.slice(0, 80)} is no id of a permit.`, "`axiom permit list` shows them.");
    return done(await world.hive.revokePermit(id));
  },
});

export const PERMIT_ROUTES: readonly Route[] = [list, grant, revoke];
