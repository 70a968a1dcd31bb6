/** `axiom do TOOL --param value …` and `axiom say "words"`: state a directive, follow it, hand back its proof card. */
import type { ProofCard, Refusal } from "lop";
import type { Connection, DirectiveAsked } from "./client.ts";
import { askDaemonOr, connect, withHive } from "./connection.ts";
import type { DirectiveView, ToolInfo } from "./hive-types.ts";
import type { ChambersWanted } from "./local-hive.ts";
import { nearestHint } from "./nearest.ts";
import { describeFlags, readParameters, toolSchema } from "./parameters.ts";
import { parametersText, proofText, stepText } from "./proof-text.ts";
import { checkOutput, EXIT, isRefused, showRefusal, type Terminal, UsageError, writeOutput } from "./terminal.ts";

export interface DoOptions {
  /** Approve it too, when policy wants that. */
  approve?: boolean;
  /** Do not wait for the end. */
  detach?: boolean;
  output?: string;
  rung?: string;
  idempotencyKey?: string;
}

/** Flags of `do` itself; they may stand among those of the tool. */
const OWN_FLAGS: Readonly<Record<string, keyof DoOptions | "json" | "quiet">> = {
  "-o": "output",
  "--output": "output",
  "--approve": "approve",
  "--detach": "detach",
  "--rung": "rung",
  "--idempotency-key": "idempotencyKey",
  "--json": "json",
  "-q": "quiet",
  "--quiet": "quiet",
};
const SWITCHES = new Set(["approve", "detach", "json", "quiet"]);

/** Seconds that the first answer may wait; most directives end within. */
const FIRST_WAIT_S = 1;

/** Takes the flags that are ours out of a command line; the rest belongs to the tool. */
export function splitOwnFlags(args: readonly string[]): { own: Record<string, string | true>; rest: string[] } {
  const own: Record<string, string | true> = {};
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const equals = args[i]!.startsWith("--") ? args[i]!.indexOf("=") : -1;
    const flag = equals < 0 ? args[i]! : args[i]!.slice(0, equals);
    const name = OWN_FLAGS[flag];
    if (name === undefined) {
      rest.push(args[i]!);
      // The value of a flag of the tool is never a flag of ours, whatever it looks like.
      if (args[i]!.startsWith("--") && equals < 0 && i + 1 < args.length && !args[i + 1]!.startsWith("--"))
        rest.push(args[++i]!);
    } else if (SWITCHES.has(name)) own[name] = true;
    else {
      const value = equals < 0 ? args[++i] : args[i]!.slice(equals + 1);
      if (value === undefined) throw new UsageError(`${flag} wants a value`);
      own[name] = value;
    }
  }
  return { own, rest };
}

/** `do` as it stands on the command line. */
export async function runDoLine(
  terminal: Terminal,
  tool: string | undefined,
  args: readonly string[],
  before: DoOptions,
  help: () => void,
): Promise<number> {
  const { own, rest } = splitOwnFlags(args);
  if (own.json === true) terminal.json = true;
  if (own.quiet === true) terminal.quiet = true;
  if (tool === "--help" || tool === "-h") {
    help();
    return EXIT.ok;
  }
  const options = { ...before, ...(own as DoOptions) };
  if (tool?.startsWith("-")) throw new UsageError(`unknown flag ${tool} (axiom do --help says how)`);
  if (tool !== undefined && isWords(tool)) {
    if (rest.length > 0) throw new UsageError(`words stand alone, in quotes; ${JSON.stringify(rest[0])} is too much`);
    return runSay(terminal, tool, options);
  }
  return runDo(terminal, tool, rest, options);
}

/** Everything that does not look like `files.read` is a directive in words. */
const isWords = (text: string): boolean => !/^[a-z][a-z0-9_]*(\.[a-z0-9_]*)+$/i.test(text);

/** Flags are read before a hive is opened: a slip of the pen is told at once. */
async function runDo(
  terminal: Terminal,
  tool: string | undefined,
  args: readonly string[],
  options: DoOptions,
): Promise<number> {
  const tools = await toolsOf(terminal);
  if (isRefused(tools)) return showRefusal(terminal, tools);
  if (tool === undefined) throw new UsageError(`name a tool: ${ready(tools).join(", ")}`);
  const info = tools.find(({ name }) => name === tool);
  if (info === undefined) return showRefusal(terminal, await unknownTool(tool, tools));
  if (args.includes("--help") || args.includes("-h")) return showTool(terminal, info);
  const parameters = readParameters(args, toolSchema(info.parameters), terminal.stdin);
  const work = (connection: Connection) => carry(terminal, connection, { card: { tool, parameters } }, options);
  return withHive(terminal, work, (at) => connect(at, chambersFor(tool, args)));
}

export const toolsOf = (terminal: Terminal): Promise<readonly ToolInfo[] | Refusal> =>
  askDaemonOr<readonly ToolInfo[]>(
    terminal,
    (client) => client.tools(),
    async () => (await import("./tool-list.ts")).listedTools(),
  );

/** Only the chambers that this very card can need: the others would have to prove themselves for nothing. */
function chambersFor(tool: string | undefined, args: readonly string[]): ChambersWanted {
  if (tool === "guard.status") return "all";
  if (tool === undefined || !tool.startsWith("exec.")) return "none";
  const at = args.findIndex((arg) => arg === "--language" || arg.startsWith("--language="));
  const language = args[at]?.includes("=") ? args[at].slice("--language=".length) : args[at + 1];
  return at < 0 || language === undefined ? "all" : { language };
}

export async function runSay(terminal: Terminal, words: string, options: DoOptions): Promise<number> {
  if (words.trim() === "") throw new UsageError('say what is to be done: axiom do "run this python: print(6*7)"');
  // Words may become any card, so every chamber is opened.
  const work = (connection: Connection) => carry(terminal, connection, { words }, options);
  return withHive(terminal, work, (at) => connect(at, "all"));
}

const ready = (tools: readonly ToolInfo[]): string[] => tools.filter((each) => each.ready).map(({ name }) => name);

export async function unknownTool(tool: string, tools: readonly ToolInfo[]): Promise<Refusal> {
  const { refuse } = await import("lop");
  const near = nearestHint(
    tool,
    tools.map(({ name }) => name),
  );
  return refuse("tool-unknown", `There is no tool named ${JSON.stringify(tool)}${near}.`);
}

export function showTool(terminal: Terminal, info: ToolInfo): number {
  if (terminal.json) terminal.out(JSON.stringify(info));
  else {
    const state = info.ready
      ? `ready${info.rung === null ? "" : `, in a chamber of rung ${info.rung} or stronger`}`
      : `comes with the part ${info.part}`;
    terminal.out(`${info.name} – ${info.does} (${state})`);
    terminal.out(
      [
        ...describeFlags(toolSchema(info.parameters)),
        "  A value @FILE is read from the file, - from standard input.",
      ].join("\n"),
    );
  }
  return EXIT.ok;
}

export async function carry(
  terminal: Terminal,
  connection: Connection,
  asked: DirectiveAsked,
  options: DoOptions,
): Promise<number> {
  const { client } = connection;
  if (options.output !== undefined) checkOutput(options.output);
  if (options.detach === true && !connection.daemon) return showRefusal(terminal, await nobodyGoesOn(terminal));
  const full = { ...asked, ...(options.rung === undefined ? {} : { rung: options.rung }) } as DirectiveAsked;
  const wait_s = options.detach === true ? 0 : FIRST_WAIT_S;
  const key = options.idempotencyKey;
  const stating = { wait_s, ...(key === undefined ? {} : { idempotencyKey: key }) };
  const state = () => terminal.patiently("waiting for the hive", client.state(full, stating));
  let first = await state();
  if (isRefused(first) && first.refused === "keys-locked" && (await unlockAt(terminal, client))) first = await state();
  if (isRefused(first)) return showRefusal(terminal, first);
  if (options.detach === true) return showDetached(terminal, first);
  const view = await untilEnd(terminal, connection, first, options.approve === true);
  if (isRefused(view)) return showRefusal(terminal, view);
  return finish(terminal, connection, view, options);
}

/** Asks a person for the passphrase. True when that opened the operator's key. */
async function unlockAt(terminal: Terminal, client: Connection["client"]): Promise<boolean> {
  if (!terminal.interactive) return false;
  const { askSecret } = await import("./prompts.ts");
  const passphrase = await askSecret("Passphrase");
  return passphrase !== null && (await client.unlock(passphrase)) === null;
}

async function nobodyGoesOn({ home }: Terminal): Promise<Refusal> {
  const { refuse } = await import("lop");
  return refuse("daemon-absent", `No daemon runs on ${home} that could go on with it.`);
}

/** Ctrl+C ends the watching, not the directive, when a daemon carries it. */
async function untilEnd(
  terminal: Terminal,
  connection: Connection,
  first: DirectiveView,
  approve: boolean,
): Promise<DirectiveView | Refusal> {
  try {
    return await follow(terminal, connection, first, approve);
  } catch (error) {
    if (terminal.signal.aborted && connection.daemon) {
      const id = first.id.slice(0, 16);
      terminal.say(`It goes on: axiom events ${id} follows it, axiom cancel ${id} ends it.`);
    }
    throw error;
  }
}

function showDetached(terminal: Terminal, view: DirectiveView): number {
  if (terminal.json) terminal.out(JSON.stringify(view));
  else terminal.out(view.id);
  return EXIT.ok;
}

/** Prints the steps until the directive ended, or waits for a word of the operator that is not given here. */
async function follow(
  terminal: Terminal,
  { client }: Connection,
  first: DirectiveView,
  approve: boolean,
): Promise<DirectiveView | Refusal> {
  let seen = 0;
  const show = (events: DirectiveView["steps"]): void => {
    for (const event of events.filter(({ seq }) => seq > seen)) {
      seen = event.seq;
      const line = stepText(event, terminal);
      if (line !== null && !terminal.quiet) terminal.say(line);
    }
  };
  show(first.steps);
  let view: DirectiveView | Refusal = first;
  while (!isRefused(view) && view.ended_at === null) {
    if (view.state === "awaiting-approval") {
      const answered = await askApproval(terminal, client, view, approve);
      if (answered !== null) return isRefused(answered) ? answered : view;
    }
    for await (const event of client.events(view.id, seen, terminal.signal)) {
      if (isRefused(event)) return event;
      show([event]);
      if (event.phase === "waiting" && event.step === "approve") break;
    }
    view = await client.directive(view.id);
  }
  return view;
}

/** Null: answered, go on. "open": nobody answered. */
async function askApproval(
  terminal: Terminal,
  client: Connection["client"],
  view: DirectiveView,
  approve: boolean,
): Promise<Refusal | "open" | null> {
  if (approve) return client.approve(view.id, true);
  if (!terminal.interactive) return "open";
  const { askYesNo } = await import("./prompts.ts");
  const why = view.verdict?.reasons.join(" ") ?? "";
  const yes = await askYesNo(`${why} Approve ${actionText(view)} (impact ${view.verdict?.impact})?`);
  if (yes === null) return "open";
  return yes ? client.approve(view.id, true) : client.refuse(view.id, "refused at the terminal");
}

async function finish(
  terminal: Terminal,
  { client, daemon }: Connection,
  view: DirectiveView,
  options: DoOptions,
): Promise<number> {
  if (view.state === "awaiting-approval") return showAwaiting(terminal, view, daemon);
  if (view.refusal !== null && view.outcome === null) return showRefusal(terminal, view.refusal);
  const bytes = await client.proof(view.id);
  if (isRefused(bytes)) return showRefusal(terminal, view.refusal ?? bytes);
  if (options.output !== undefined) writeOutput(options.output, bytes);
  if (terminal.json) terminal.bytes(bytes);
  else terminal.out(proofText(JSON.parse(Buffer.from(bytes).toString("utf8")) as ProofCard, view.verified, terminal));
  return exitOf(view);
}

/** Whoever approves must see what: the tool, and with what; very long parameters are cut. */
const actionText = ({ card }: DirectiveView): string =>
  card === null ? "none" : `${card.tool} ${parametersText(card.parameters)}`.trimEnd();

function showAwaiting(terminal: Terminal, view: DirectiveView, daemon: boolean): number {
  if (terminal.json) terminal.out(JSON.stringify(view));
  else {
    terminal.out(view.id);
    terminal.say(`  action      ${actionText(view)}`);
    terminal.say(
      `It waits for approval${view.approve_by === null ? "" : ` until ${view.approve_by}`}: axiom approve ${view.id.slice(0, 16)}`,
    );
    if (!daemon) terminal.say("No daemon runs on this home: state it again with --approve, or start one with `axiom`.");
  }
  return EXIT.awaiting;
}

export function exitOf(view: DirectiveView): number {
  if (view.quarantined === true) return EXIT.quarantined;
  if (view.state !== "done" || view.verified === false) return EXIT.refused;
  return view.outcome !== null && view.outcome.status !== "ok" ? EXIT.unsuccessful : EXIT.ok;
}
