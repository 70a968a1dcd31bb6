// Golden vectors (test/vectors/SOURCE.md): float64 logits of an independent implementation, on exactly dequantised weights.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readGguf } from "../src/gguf.ts";
import { blankMemory, MambaReference } from "../src/mamba-reference.ts";
import { readMamba } from "../src/weights.ts";

interface Golden {
  tokens: number[];
  positions: { pos: number; logits_f64: number[] }[];
  argmax_f64: number[];
  final_state_layer0_first16: number[];
  final_conv_layer0_first8: number[];
}

const open = (name: string) => readFileSync(new URL(`vectors/${name}`, import.meta.url));

describe.each(["a_d64l2n16p32_q8_0", "e_d64l2n16p32_f32"])("%s", (name) => {
  const golden = JSON.parse(open(`${name}.json`).toString()) as Golden;
  const model = new MambaReference(readMamba(readGguf(new Uint8Array(open(`${name}.gguf`)))));
  const memory = blankMemory(model.shape);
  const logits = golden.tokens.map((token) => model.step(memory, token));

  test("logits", () => {
    for (const { pos, logits_f64 } of golden.positions)
      for (const [i, value] of logits_f64.entries()) expect(logits[pos]![i]).toBeCloseTo(value, 5);
  });
  test("the best token of every step", () =>
    expect(logits.map((row) => row.indexOf(Math.max(...row)))).toEqual(golden.argmax_f64));
  test("the memory at the end", () => {
    for (const [i, value] of golden.final_state_layer0_first16.entries())
      expect(memory.ssm[0]![i]).toBeCloseTo(value, 6);
    for (const [i, value] of golden.final_conv_layer0_first8.entries())
      expect(memory.conv[0]![i]).toBeCloseTo(value, 6);
  });
});
