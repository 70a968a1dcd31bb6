/** Looking: `list`, `show`, `events`, `status`, `tools`. */
import type { Refusal } from "lop";
import { showTool, toolsOf, unknownTool } from "./cli-do.ts";
import type { Connection } from "./client.ts";
import { connect, connectDaemon, withHive } from "./connection.ts";
import type { HiveStatus, StepEvent, ToolInfo } from "./hive-types.ts";
import { lineOf, parametersText, printable, stateOf, stepText } from "./proof-text.ts";
import { EXIT, isRefused, showRefusal, type Terminal } from "./terminal.ts";

/** How far back a short id is looked for. */
const SHORT_ID_DEPTH = 200;

export function runList(terminal: Terminal, options: { limit: number; before?: string }): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const views = await client.list(options.limit, options.before);
    if (isRefused(views)) return showRefusal(terminal, views);
    if (terminal.json) terminal.out(JSON.stringify({ directives: views }));
    else
      terminal.out(views.length === 0 ? "no directives yet" : views.map((view) => lineOf(view, terminal)).join("\n"));
    return EXIT.ok;
  });
}

/** A whole id, or the beginning of one of the latest directives. */
export async function resolveId(client: Connection["client"], given: string): Promise<string | Refusal> {
  if (/^[0-9a-f]{64}$/.test(given)) return given;
  const { refuse } = await import("lop");
  if (!/^[0-9a-f]{4,63}$/.test(given))
    return refuse("directive-unknown", `${JSON.stringify(given)} is no id of a directive.`);
  const views = await client.list(SHORT_ID_DEPTH);
  if (isRefused(views)) return views;
  const hits = views.filter(({ id }) => id.startsWith(given));
  if (hits.length === 1) return hits[0]!.id;
  return refuse(
    "directive-unknown",
    hits.length === 0 ? `No directive's id begins with ${given}.` : `${hits.length} ids begin with ${given}.`,
  );
}

export function runShow(terminal: Terminal, given: string): Promise<number> {
  return withHive(terminal, async ({ client }) => {
    const id = await resolveId(client, given);
    const view = isRefused(id) ? id : await client.directive(id);
    if (isRefused(view)) return showRefusal(terminal, view);
    if (terminal.json) {
      terminal.out(JSON.stringify(view));
      return EXIT.ok;
    }
    const row = (name: string, value: string | null) => (value === null ? [] : [`  ${name.padEnd(12)}${value}`]);
    terminal.out(
      [
        `directive ${view.id}`,
        ...row("state", stateOf(view)),
        ...row("words", view.words === null ? null : printable(view.words)),
        ...row("action", view.card === null ? null : `${view.card.tool} ${parametersText(view.card.parameters)}`),
        ...row(
          "policy",
          view.verdict === null
            ? null
            : `${view.verdict.decision}, impact ${view.verdict.impact}: ${view.verdict.reasons.join(" ")}`,
        ),
        ...row("refused", view.refusal === null ? null : `${view.refusal.refused}: ${view.refusal.why}`),
        ...row("stated", view.submitted_at),
        ...row("ended", view.ended_at),
        ...row("approve by", view.state === "awaiting-approval" ? view.approve_by : null),
        ...view.steps.flatMap((event) => stepText(event, terminal) ?? []),
      ].join("\n"),
    );
    return EXIT.ok;
  });
}

/** Follows until the directive ends, or until Ctrl+C. */
export function runEvents(terminal: Terminal, given: string | undefined, after: number | undefined): Promise<number> {
  return withHive(
    terminal,
    async ({ client }) => {
      const id = given === undefined ? null : await resolveId(client, given);
      if (isRefused(id)) return showRefusal(terminal, id);
      try {
        for await (const event of client.events(id, after ?? 0, terminal.signal)) {
          if (isRefused(event)) return showRefusal(terminal, event);
          if (terminal.json) terminal.out(JSON.stringify(event));
          else terminal.out(eventText(event, terminal));
        }
      } catch (error) {
        if (!terminal.signal.aborted) throw error;
      }
      return terminal.signal.aborted && id !== null ? EXIT.interrupted : EXIT.ok;
    },
    connectDaemon,
  );
}

function eventText(event: StepEvent, terminal: Terminal): string {
  const text =
    event.phase === "output"
      ? `  │ ${printable(String(event.detail.text ?? "").replace(/\n$/, ""))}`
      : stepText(event, terminal);
  return `${event.at} ${event.directive.slice(0, 8)} ${text ?? `  · ${event.step} began`}`;
}

export function runStatus(terminal: Terminal): Promise<number> {
  const work = async ({ client, daemon }: Connection): Promise<number> => {
    const status = daemon ? await client.status() : await probedStatus(client, terminal);
    if (isRefused(status)) return showRefusal(terminal, status);
    if (terminal.json) terminal.out(JSON.stringify({ ...status, daemon }));
    else terminal.out(statusText(status, daemon, terminal));
    return EXIT.ok;
  };
  return withHive(terminal, work, (at) => connect(at, "all"));
}

const PROBES_LAST_MS = 15_000;
const PROBE_LOOK_MS = 100;

/** A hive that was opened for this one look: its chambers get the time to prove themselves. */
async function probedStatus(client: Connection["client"], terminal: Terminal): Promise<HiveStatus | Refusal> {
  const { BEING_PROBED } = await import("forge");
  const look = async (): Promise<HiveStatus | Refusal> => {
    for (let waited_ms = 0; ; waited_ms += PROBE_LOOK_MS) {
      const status = await client.status();
      const proving = !isRefused(status) && status.chambers.some(({ why }) => why === BEING_PROBED);
      if (!proving || waited_ms >= PROBES_LAST_MS) return status;
      await new Promise((resolve) => setTimeout(resolve, PROBE_LOOK_MS));
    }
  };
  return terminal.patiently("looking at the chambers", look());
}

function statusText(status: HiveStatus, daemon: boolean, terminal: Terminal): string {
  const row = (name: string, value: string) => `  ${name.padEnd(12)}${value}`;
  const frozen =
    status.frozen === null
      ? "no"
      : terminal.paint("red", `since ${status.frozen.since}: ${printable(status.frozen.why)}`, "stdout");
  const { interrupted } = status.recovered;
  return [
    `Axiom Hive ${status.version}`,
    row("home", terminal.home),
    row("daemon", daemon ? "running" : "none; this command opened the hive itself"),
    row("hive", status.origin),
    row("operator", status.unlocked ? "unlocked" : "locked"),
    row("frozen", frozen),
    ...(status.held.length > 0 ? [row("held", `${status.held.length} of its runs: axiom held`)] : []),
    row("ledger", `${status.ledger.size} entries`),
    row("directives", `${status.running} running, ${status.awaiting} awaiting approval`),
    ...status.chambers.map(({ rung, ready, why }) => row(rung, ready ? "ready" : `not ready: ${why}`)),
    row("engine", status.engine.ready ? "ready" : (status.engine.why ?? "absent")),
    ...status.engine.lost.map((each) => row("", each)),
    row("lattice", status.lattice.ready ? status.lattice.engine : (status.lattice.why ?? "absent")),
    ...(interrupted.length > 0 ? [row("interrupted", `${interrupted.length} by the last stop: axiom list`)] : []),
  ].join("\n");
}

export async function runTools(terminal: Terminal, name: string | undefined): Promise<number> {
  const tools = await toolsOf(terminal);
  if (isRefused(tools)) return showRefusal(terminal, tools);
  const one = tools.find((tool) => tool.name === name);
  if (one !== undefined) return showTool(terminal, one);
  if (name !== undefined) return showRefusal(terminal, await unknownTool(name, tools));
  terminal.out(terminal.json ? JSON.stringify({ tools }) : tools.map((tool) => toolLine(tool, terminal)).join("\n"));
  return EXIT.ok;
}

function toolLine({ name, does, ready, part, rung }: ToolInfo, terminal: Terminal): string {
  const state = ready ? (rung ?? "no chamber") : terminal.paint("muted", `comes with ${part}`, "stdout");
  return `${name.padEnd(22)} ${does.padEnd(64)} ${state}`;
}
