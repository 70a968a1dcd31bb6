/** Readers that are not ours: what our writers say is judged by them. */
import { spawnSync } from "node:child_process";

/** The default of 1 MiB would cut a reader of many documents short. */
const ANSWER_MAX_BYTES = 64 * 2 ** 20;

export const has = (command: string): boolean => spawnSync(command, ["--version"]).error === undefined;

export interface XmlTree {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: XmlTree[];
}

const READ_XML = `
import json, sys
from xml.etree import ElementTree
def tree(e):
    return {"name": e.tag, "attributes": e.attrib, "text": e.text or "", "children": [tree(c) for c in e]}
json.dump([tree(ElementTree.fromstring(text)) for text in json.load(sys.stdin)], sys.stdout)
`;

/** Expat's reading of each document. @throws Error when one is not well formed. */
export const xmlTrees = (texts: readonly string[]): XmlTree[] =>
  judged("python3", ["-c", READ_XML], texts) as XmlTree[];

/** Ruby's reading of each literal. */
export const rubyTexts = (literals: readonly string[]): string[] =>
  judged(
    "ruby",
    ["-rjson", "-e", "puts JSON.generate(JSON.parse($stdin.read).map { |one| eval(one) })"],
    literals,
  ) as string[];

function judged(command: string, args: string[], input: unknown): unknown {
  const run = spawnSync(command, args, {
    input: JSON.stringify(input),
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C.UTF-8" },
    maxBuffer: ANSWER_MAX_BYTES,
  });
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

export interface XlReading {
  values: Record<string, number | string | string[]>;
  disks: ({ target: string; device: string; backend: string | null; writable: boolean } | null)[];
  faults: string[];
}

const XL_CHECK = new URL("../hypervisor/xl-check.py", import.meta.url).pathname;

/** Xen's own reading; null where its library is absent. */
export function xenReading(path: string, keys: readonly string[]): XlReading | null {
  const run = spawnSync("python3", [XL_CHECK, path, ...keys], { encoding: "utf8", maxBuffer: ANSWER_MAX_BYTES });
  if (!has("python3") || run.status === 3) return null;
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as XlReading;
}

export const child = (tree: XmlTree | undefined, ...path: string[]): XmlTree | undefined =>
  path.reduce((at, name) => at?.children.find((one) => one.name === name), tree);
