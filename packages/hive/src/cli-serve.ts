/** `axiom` alone: the daemon and the HUD, until a signal. */
import { isRefusal, type ProofCard } from "lop";
import { verifyProof, webCrypto } from "lop/verify";
import { loadConfig } from "./config.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { readPassphrase } from "./passphrase.ts";
import { EXIT, showRefusal, type Terminal } from "./terminal.ts";

const FIRST = { card: { tool: "exec.run", parameters: { language: "javascript", code: "console.log(6 * 7)" } } };

export async function serve(terminal: Terminal): Promise<number> {
  const loaded = loadConfig(terminal.home, terminal.environment);
  if (isRefusal(loaded)) return showRefusal(terminal, loaded);
  const unlock = readPassphrase(terminal.environment, loaded.config.keys.passphrase_file);
  if (isRefusal(unlock)) return showRefusal(terminal, unlock);
  const starting = startDaemon({
    home: terminal.home,
    config: loaded.config,
    environment: terminal.environment,
    ...unlock,
  });
  const daemon = await terminal.patiently("starting the hive", starting);
  if (isRefusal(daemon)) return showRefusal(terminal, daemon);
  const ended = untilSignal(daemon);
  await firstDirective(terminal, daemon);
  announce(terminal, daemon);
  await ended;
  terminal.say("stopped");
  return EXIT.ok;
}

/** The first signal asks, the second insists. */
function untilSignal(daemon: Daemon): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0;
    const ask = (): void => {
      if (++asked > 1) process.exit(EXIT.interrupted);
      void daemon.stop().then(resolve);
    };
    process.on("SIGTERM", ask);
    process.on("SIGINT", ask);
  });
}

function announce(terminal: Terminal, { url, key, hud }: Daemon): void {
  const address = `${url}/#key=${key}`;
  if (terminal.json) terminal.out(JSON.stringify({ url, hud: address, home: terminal.home, pid: process.pid }));
  else {
    terminal.out(`Axiom Hive  ${address}`);
    terminal.say(`home ${terminal.home}; Ctrl+C stops${hud ? "" : "; the HUD is not built (npm run build -w prism)"}`);
  }
}

/** The set-up of a fresh home ends with a real directive, carried to a proof card that verifies. */
async function firstDirective(terminal: Terminal, { local: { hive } }: Daemon): Promise<void> {
  const before = await hive.list({ limit: 1 });
  if (before.length > 0 || !hive.status().unlocked) return;
  const packet = await hive.sign(FIRST);
  const submitted = isRefusal(packet) ? packet : await hive.submit(packet);
  if (isRefusal(submitted)) return terminal.say(`first directive refused: ${submitted.why} ${submitted.fix}`);
  await hive.ended(submitted.id);
  const bytes = await hive.proof(submitted.id);
  if (isRefusal(bytes)) return terminal.say(`first directive without proof: ${bytes.why} ${bytes.fix}`);
  const checked = verifyProof(bytes, webCrypto);
  if (!checked.verified)
    return terminal.say(`first directive's proof does not verify: ${checked.part}: ${checked.why}`);
  terminal.say(firstLine(checked.proof, terminal));
}

const firstLine = ({ id, card, outcome }: ProofCard, terminal: Terminal): string =>
  `${terminal.paint("gold", "⬢")} first directive: ${card.tool} ${card.parameters.language} → ${outcome.stdout.trim()}, proof verified (axiom proof ${id.slice(0, 16)})`;
