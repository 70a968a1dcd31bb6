/** Tests on numbers: bounds, multiples, lists. */
import { compareDecimals, type Decimal, decimalText, isMultiple } from "./decimal.ts";

export interface OneTest {
  readonly op: "ge" | "gt" | "le" | "lt" | "mult" | "nmult";
  readonly value: Decimal;
}
export interface ListTest {
  readonly op: "in" | "notin";
  readonly values: readonly Decimal[];
}
export type NumberTest = OneTest | ListTest;
export const isListTest = (test: NumberTest): test is ListTest => test.op === "in" || test.op === "notin";

export function oppositeTest(test: NumberTest): NumberTest {
  const names = { ge: "lt", gt: "le", le: "gt", lt: "ge", mult: "nmult", nmult: "mult" } as const;
  if (isListTest(test)) return { op: test.op === "in" ? "notin" : "in", values: test.values };
  return { op: names[test.op], value: test.value };
}

export function passes(test: NumberTest, v: Decimal): boolean {
  if (isListTest(test)) {
    return test.values.some((w) => compareDecimals(v, w) === 0) === (test.op === "in");
  }
  if (test.op === "mult") return isMultiple(v, test.value);
  if (test.op === "nmult") return !isMultiple(v, test.value);
  const order = compareDecimals(v, test.value);
  if (test.op === "ge") return order >= 0;
  if (test.op === "gt") return order > 0;
  return test.op === "le" ? order <= 0 : order < 0;
}

export function uniqueSorted(values: readonly Decimal[]): Decimal[] {
  const byText = new Map(values.map((v) => [decimalText(v), v]));
  return [...byText.values()].sort(compareDecimals);
}
