/** Directives over HTTP: state one, look at them, decide, take the proof. */
import { createHash } from "node:crypto";
import { canonicalBytes, type Envelope, isRefusal, type Json, type Refusal, refuse, toHex } from "lop";
import type { z } from "zod";
import type { DirectiveView, HiveFace } from "./hive-types.ts";
import { type Call, done, json, type Route, route, type World } from "./http-route.ts";
import {
  ApproveRequest,
  DirectiveBodyView,
  DirectiveList,
  DirectiveRequest,
  ListQuery,
  NoQuery,
  Nothing,
  RefusalBody,
  Why,
} from "./http-schemas.ts";

export const IDEMPOTENCY_KEY_MAX = 128;

const state = route<DirectiveRequest, object>({
  method: "post",
  path: "/v1/directives",
  name: "stateDirective",
  about: "States a directive: words, an action card, or a packet that the operator signed himself.",
  scope: "operate",
  body: DirectiveRequest,
  query: NoQuery,
  headers: {
    "Idempotency-Key":
      "1 to 128 visible letters. The same key with the same body gives the same directive, also after a crash.",
    Prefer: "`wait=SECONDS`: answer when the directive has ended or waits for an approval, or after so many seconds.",
  },
  answers: {
    200: { about: "It ended while the request waited.", schema: DirectiveBodyView },
    202: { about: "It is admitted and under way, or waits for an approval.", schema: DirectiveBodyView },
  },
  handle: stateDirective,
});

export async function stateDirective(call: Call<DirectiveRequest, object>): Promise<Response | Refusal> {
  const { world, body, headers } = call;
  if (world.stopping()) return refuse("hive-stopping", "The daemon is being stopped and takes no directives.");
  const submitted = await submit(call, headers.get("Idempotency-Key"), body);
  if (isRefusal(submitted)) return submitted;
  const wait_s = preferredWait(headers.get("Prefer"), world.settings.wait_max_s);
  const view = await viewAfter(world, submitted.id, wait_s, call.signal);
  if (isRefusal(view)) return view;
  return json(view, view.ended_at === null ? 202 : 200, {
    Location: `/v1/directives/${view.id}`,
    ...(wait_s > 0 ? { "Preference-Applied": `wait=${wait_s}` } : {}),
    ...(submitted.again ? { "Idempotency-Replayed": "true" } : {}),
  });
}

async function submit(
  { world, caller }: Call<DirectiveRequest, object>,
  key: string | null,
  body: DirectiveRequest,
): Promise<{ id: string; again: boolean } | Refusal> {
  const make = (): Promise<Envelope | Refusal> =>
    "packet" in body ? Promise.resolve(body.packet) : world.hive.sign(body);
  if (key !== null) {
    if (!/^[\x21-\x7e]{1,128}$/.test(key))
      return refuse(
        "request-malformed",
        `Idempotency-Key: 1 to ${IDEMPOTENCY_KEY_MAX} visible ASCII letters are wanted.`,
      );
    const request = toHex(
      createHash("sha256")
        .update(canonicalBytes(body as unknown as Json))
        .digest(),
    );
    return world.idempotency.once({ owner: caller.id, key, request }, make, world.hive);
  }
  const packet = await make();
  if (isRefusal(packet)) return packet;
  const submitted = await world.hive.submit(packet);
  return isRefusal(submitted) ? submitted : { id: submitted.id, again: false };
}

/** Seconds of RFC 7240's `wait`, within the limit; 0 without one. */
export function preferredWait(prefer: string | null, most_s: number): number {
  const match = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(prefer ?? "");
  return match === null ? 0 : Math.min(Number(match[1]), most_s);
}

async function viewAfter(
  world: World,
  id: string,
  wait_s: number,
  gone: AbortSignal,
): Promise<DirectiveView | Refusal> {
  if (wait_s > 0) return world.hive.atRest(id, AbortSignal.any([AbortSignal.timeout(wait_s * 1000), gone]));
  return (await world.hive.directive(id)) ?? unknown(id);
}

const unknown = (id: string): Refusal => refuse("directive-unknown", `No directive has the id ${id.slice(0, 80)}.`);

const list = route<undefined, { limit: number; before?: string | undefined }>({
  method: "get",
  path: "/v1/directives",
  name: "listDirectives",
  about: "Directives, newest first.",
  scope: "read",
  query: ListQuery,
  answers: { 200: { about: "One page.", schema: DirectiveList } },
  handle: async ({ world, query: { limit, before } }) => {
    const page = before === undefined ? { limit } : { limit, before };
    return json({ directives: await world.hive.list(page) });
  },
});

const show = route<undefined, object>({
  method: "get",
  path: "/v1/directives/{id}",
  name: "showDirective",
  about: "One directive with its steps so far.",
  scope: "read",
  query: NoQuery,
  answers: {
    200: { about: "The directive.", schema: DirectiveBodyView },
    404: { about: "No such.", schema: RefusalBody },
  },
  handle: async ({ world, params }) => {
    const view = await world.hive.directive(params.id!);
    return view === undefined ? unknown(params.id!) : json(view);
  },
});

const proof = route<undefined, object>({
  method: "get",
  path: "/v1/directives/{id}/proof",
  name: "proofOfDirective",
  about: "The proof card: the exact bytes of its file.",
  scope: "read",
  query: NoQuery,
  answers: { 200: { about: "docs/formats/proof.md", type: "application/json" } },
  handle: async ({ world, params }) => {
    const id = params.id!;
    const bytes = await world.hive.proof(id);
    if (isRefusal(bytes)) return bytes;
    const headers = {
      "Content-Type": "application/json",
      "Content-Disposition": `attachment; filename="proof-${id.slice(0, 16)}.json"`,
    };
    return new Response(bytes as Uint8Array<ArrayBuffer>, { headers });
  },
});

/** What an operator may say about a directive. */
const decision = <B>(
  verb: string,
  about: string,
  body: z.ZodType<B>,
  decide: (hive: HiveFace, id: string, body: B) => Promise<Refusal | null>,
): Route =>
  route<B, object>({
    method: "post",
    path: `/v1/directives/{id}/${verb}`,
    name: `${verb}Directive`,
    about,
    scope: "operate",
    body,
    bodyOptional: true,
    query: NoQuery,
    answers: { 204: { about: "Done." } },
    handle: async ({ world, params, body: said }) => done(await decide(world.hive, params.id!, said)),
  });

export const DIRECTIVE_ROUTES: readonly Route[] = [
  state,
  list,
  show,
  proof,
  decision("approve", "Approves the action card, signed with the operator's key.", ApproveRequest, (hive, id, how) =>
    hive.approve(id, how),
  ),
  decision("refuse", "Refuses the action card.", Why, (hive, id, { why }) => hive.refuseApproval(id, why)),
  decision("cancel", "Cancels a directive that has not ended.", Nothing, (hive, id) => hive.cancel(id)),
];
