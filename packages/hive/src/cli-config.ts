/** `axiom config show|get|set|unset|path|schema`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRefusal, type Json, type JsonObject, parseStrict, type Refusal, refuse } from "lop";
import {
  CONFIG_FILE,
  CONFIG_MAX_BYTES,
  configSchema,
  faultOf,
  type LoadedConfig,
  loadConfig,
  readValue,
  SETTINGS,
  settingOf,
  validate,
} from "./config.ts";
import { makeHome, refuseDisk, writeWhole } from "./home.ts";
import { EXIT, showRefusal, type Terminal } from "./terminal.ts";

type Sections = Record<string, Record<string, Json>>;

export function runConfigShow(terminal: Terminal, only: string | undefined): number {
  const loaded = loadConfig(terminal.home, terminal.environment);
  if (isRefusal(loaded)) return showRefusal(terminal, loaded);
  if (only !== undefined) return showOne(terminal, loaded, only);
  if (terminal.json) terminal.out(JSON.stringify(loaded.config));
  else terminal.out([`# ${loaded.path}`, ...SETTINGS.map((setting) => lineOf(loaded, setting))].join("\n"));
  return EXIT.ok;
}

const valueAt = ({ config }: LoadedConfig, path: string): Json => {
  const [section, key] = path.split(".") as [string, string];
  return (config as unknown as Sections)[section]![key]!;
};

function lineOf(loaded: LoadedConfig, { path, variable, about }: (typeof SETTINGS)[number]): string {
  const value = JSON.stringify(valueAt(loaded, path));
  return `${path.padEnd(28)} ${value.padEnd(14)} ${(loaded.origins.get(path) ?? "").padEnd(12)} ${variable}  ${about}`;
}

function showOne(terminal: Terminal, loaded: LoadedConfig, path: string): number {
  const setting = settingOf(path);
  if (isRefusal(setting)) return showRefusal(terminal, setting);
  const value = valueAt(loaded, path);
  terminal.out(typeof value === "string" && !terminal.json ? value : JSON.stringify(value));
  return EXIT.ok;
}

/** `text` undefined: back to the default. */
export function runConfigSet(terminal: Terminal, path: string, text: string | undefined): number {
  const refused = change(terminal.home, path, text);
  if (refused !== null) return showRefusal(terminal, refused);
  const facts = { path, value: text ?? null };
  terminal.out(
    terminal.json ? JSON.stringify(facts) : text === undefined ? `${path} is at its default` : `${path} = ${text}`,
  );
  terminal.say("A running daemon takes it with its next start.");
  return EXIT.ok;
}

function change(home: string, path: string, text: string | undefined): Refusal | null {
  const setting = settingOf(path);
  if (isRefusal(setting)) return setting;
  const value = text === undefined ? undefined : readValue(setting, text);
  if (text !== undefined && value === undefined)
    return refuse("config-invalid", `${path}: ${faultOf(setting, text)}`, setting.about);
  const made = makeHome(home);
  if (made !== null) return made;
  const file = join(home, CONFIG_FILE);
  try {
    const now = readNow(file);
    const [section, key] = path.split(".") as [string, string];
    const { [key]: _, ...others } = now[section] ?? {};
    const changed = { ...now, [section]: value === undefined ? others : { ...others, [key]: value } };
    const checked = validate(changed as JsonObject, file);
    if (isRefusal(checked)) return checked;
    writeWhole(file, `${JSON.stringify(changed, null, 2)}\n`);
    return null;
  } catch (error) {
    if (error instanceof SyntaxError) return refuse("config-invalid", `${file}: ${error.message}.`);
    return refuseDisk(error, file);
  }
}

function readNow(file: string): Sections {
  try {
    return parseStrict(readFileSync(file), { max_bytes: CONFIG_MAX_BYTES }) as Sections;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

export function runConfigPath(terminal: Terminal): number {
  const path = join(terminal.home, CONFIG_FILE);
  terminal.out(terminal.json ? JSON.stringify({ path }) : path);
  return EXIT.ok;
}

export function runConfigSchema(terminal: Terminal): number {
  terminal.out(JSON.stringify(configSchema(), null, terminal.json ? 0 : 2));
  return EXIT.ok;
}
