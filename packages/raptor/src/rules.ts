/** What a conjunction says about the members of an object, by name. */
import type { Formula, KeySet } from "./formula.ts";

/** Rules about members, by name and for sets of names. */
export interface Rules {
  readonly byName: ReadonlyMap<string, readonly Formula[]>;
  readonly open: readonly Formula[];
}

/** A conjunction of rules and named needs, beside choices that speak about the names in `choices` only. */
export interface Flat {
  readonly rules: Rules;
  readonly needs: ReadonlyMap<string, readonly Formula[]>;
  readonly choices: readonly KeySet[];
}

export function indexFlat(f: Formula): Flat | null {
  const parts = f.kind === "and" ? f.parts : f.kind === "true" ? [] : [f];
  const atoms = parts.filter((a) => a.kind !== "or");
  const inner = parts.filter((a) => a.kind === "or").flatMap((a) => [...atomsOf(a)]);
  const flat = atoms.every((a) => a.kind === "every" || (a.kind === "some" && a.keys!.name !== null));
  if (!flat || inner.some((a) => a.keys === null)) return null;
  return { rules: indexRules(atoms), needs: indexNeeds(atoms), choices: [...new Set(inner.map((a) => a.keys!))] };
}

export function indexRules(atoms: readonly Formula[]): Rules {
  const byName = new Map<string, Formula[]>();
  const open: Formula[] = [];
  for (const atom of atoms) {
    if (atom.kind !== "every") continue;
    const name = atom.keys!.name;
    if (name === null) open.push(atom);
    else if (byName.has(name)) byName.get(name)!.push(atom.must!);
    else byName.set(name, [atom.must!]);
  }
  return { byName, open };
}

export function indexNeeds(atoms: readonly Formula[]): Map<string, Formula[]> {
  const needs = new Map<string, Formula[]>();
  for (const atom of atoms) {
    if (atom.kind !== "some") continue;
    const name = atom.keys!.name!;
    needs.set(name, [...(needs.get(name) ?? []), atom.must!]);
  }
  return needs;
}

export function* atomsOf(f: Formula): Generator<Formula> {
  if (f.kind === "and" || f.kind === "or") for (const p of f.parts) yield* atomsOf(p);
  else if (f.about !== 0) yield f;
}
