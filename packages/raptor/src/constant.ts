/** "Equal to this JSON value" as a formula; containers are taken apart, so it can be negated and combined exactly. */
import { ALL_TYPES, ARR, FALSE, type Formula, NULL, NUM, OBJ, STR, TRUE } from "./formula.ts";
import type { FormulaStore } from "./formula-store.ts";
import { isMap, type Json, JsonNumber } from "./json.ts";

export function constantFormula(s: FormulaStore, value: Json): Formula {
  return enumFormula(s, [value]);
}

/** "Equal to one of these": all scalars become one set, each container an alternative of its own. */
export function enumFormula(s: FormulaStore, values: readonly Json[]): Formula {
  let mask = 0;
  const texts: string[] = [];
  const numbers: JsonNumber[] = [];
  const containers: Formula[] = [];
  for (const value of values) {
    if (value === null) mask |= NULL;
    else if (typeof value === "boolean") mask |= value ? TRUE : FALSE;
    else if (typeof value === "string") texts.push(value);
    else if (value instanceof JsonNumber) numbers.push(value);
    else containers.push(isMap(value) ? objectConstant(s, value) : arrayConstant(s, value));
  }
  if (texts.length > 0) mask |= STR;
  if (numbers.length > 0) mask |= NUM;
  const scalars = s.and(
    s.type(mask & ALL_TYPES),
    texts.length > 0 ? s.text(s.regex.words(texts)) : s.yes,
    numbers.length > 0 ? s.number({ op: "in", values: numbers.map((n) => n.value) }) : s.yes,
  );
  const list = s.or(scalars, ...containers);
  s.lists.add(list);
  return list;
}

function arrayConstant(s: FormulaStore, items: readonly Json[]): Formula {
  const each = items.map((item, i) => s.items(i, i + 1, constantFormula(s, item)));
  return s.and(s.type(ARR), s.itemCount("minItems", items.length), s.itemCount("maxItems", items.length), ...each);
}

function objectConstant(s: FormulaStore, map: ReadonlyMap<string, Json>): Formula {
  const parts = [...map].flatMap(([name, value]) => [
    s.every(s.key(name), constantFormula(s, value)),
    s.some(s.key(name), s.yes),
  ]);
  const others = s.keysOf(s.regex.not(s.regex.words(map.keys())));
  return s.and(s.type(OBJ), s.every(others, s.no), ...parts);
}
