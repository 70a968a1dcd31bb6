/** Shell completion, printed from the command tree itself; tools and their flags come from the tool table. */
import type { Command } from "commander";
import needles from "./needles.json" with { type: "json" };

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

interface Word {
  /** Words before it, such as `keys rotate`; empty for the first. */
  path: string;
  words: { word: string; about: string }[];
}

export function completion(program: Command, shell: Shell): string {
  const rows = [...walk(program, ""), ...toolRows()];
  if (shell === "fish") return fish(rows);
  return shell === "bash" ? bash(rows) : `#compdef axiom\nautoload -U +X bashcompinit && bashcompinit\n${bash(rows)}`;
}

function walk(command: Command, path: string): Word[] {
  const commands = command.commands.map((each) => ({ word: each.name(), about: each.description() }));
  const options = command.options.flatMap((option) =>
    option.long ? [{ word: option.long, about: option.description }] : [],
  );
  const below = command.commands.flatMap((each) => walk(each, `${path} ${each.name()}`.trim()));
  return [{ path, words: [...commands, ...options] }, ...below];
}

function toolRows(): Word[] {
  const tools = needles.needles.flatMap((needle) =>
    Object.entries(needle.tools).map(([name, row]) => ({
      name,
      about: needle.does,
      flags: Object.keys(row.parameters),
    })),
  );
  const names = tools.map(({ name, about }) => ({ word: name, about }));
  const flags = tools.map(({ name, flags: each }) => ({
    path: `do ${name}`,
    words: each.map((flag) => ({ word: `--${flag.replaceAll("_", "-")}`, about: "" })),
  }));
  return [{ path: "do", words: names }, { path: "tools", words: names }, ...flags];
}

function merged(rows: readonly Word[]): Map<string, Word["words"]> {
  const all = new Map<string, Word["words"]>();
  for (const { path, words } of rows) all.set(path, [...(all.get(path) ?? []), ...words]);
  return all;
}

/** The longest path of words that is known decides what may follow. */
function bash(rows: readonly Word[]): string {
  const cases = [...merged(rows)].map(
    ([path, words]) => `    ${quote(path)}) echo ${quote(words.map(({ word }) => word).join(" "))} ;;`,
  );
  return `_axiom_words() {
  case "$1" in
${cases.join("\n")}
    *) return 1 ;;
  esac
}
_axiom() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" next i words
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    _axiom_words "$next" >/dev/null && path="$next"
  done
  words="$(_axiom_words "$path")"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _axiom axiom
`;
}

function fish(rows: readonly Word[]): string {
  const lines = [...merged(rows)].flatMap(([path, words]) => {
    const condition =
      path === ""
        ? "__fish_use_subcommand"
        : path
            .split(" ")
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join("; and ");
    return words.map(({ word, about }) => {
      const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${quote(word)}`;
      return `complete -c axiom -n ${quote(condition)} ${what}${about === "" ? "" : ` -d ${quote(about)}`}`;
    });
  });
  return `complete -c axiom -f\n${lines.join("\n")}\n`;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
