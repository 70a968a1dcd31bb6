/** P5 and acceptance 2: what checking a proof costs, and every bit of every byte flipped. Other stacks: test/verify-elsewhere.test.ts. */
import { parseArgs } from "node:util";
import { nodeCrypto } from "../src/crypto-node.ts";
import { webCrypto } from "../src/crypto-web.ts";
import { PROOF_PARTS, proofBytes } from "../src/proof.ts";
import { verifyProof } from "../src/verify.ts";
import { type SampleForm, sampleProof } from "../test/sample-proof.ts";
import { cpu_us, median, report } from "./goal.ts";

export const name = "proofs";

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: "string", default: "20261121" }, rounds: { type: "string", default: "7" } },
  });
  for (const form of ["card", "approved", "words"] as const) {
    const bytes = proofBytes(await sampleProof(Number(values.seed), form));
    for (const [where, crypto] of [
      ["Node", nodeCrypto],
      ["browser crypto", webCrypto],
    ] as const) {
      const once = (): unknown => verifyProof(bytes, crypto);
      cpu_us(50, once);
      const figure = median(Array.from({ length: Number(values.rounds) }, () => cpu_us(50, once)));
      report(`verify a proof (${form}, ${bytes.length} bytes, ${where})`, `${(figure / 1000).toFixed(2)} CPU-ms`, null);
    }
    flipEveryBit(form, bytes);
  }
}

function flipEveryBit(form: SampleForm, whole: Uint8Array): void {
  let accepted = 0;
  let unnamed = 0;
  const parts = new Map<string, number>();
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const bytes = whole.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    const verification = verifyProof(bytes, nodeCrypto);
    if (verification.verified) accepted++;
    else if (!PROOF_PARTS.includes(verification.part)) unnamed++;
    else parts.set(verification.part, (parts.get(verification.part) ?? 0) + 1);
  }
  report(
    `every bit flipped (${form}, ${whole.length * 8} flips)`,
    `${accepted} accepted, ${unnamed} without a part`,
    accepted + unnamed === 0,
  );
  console.log(
    `  ${[...parts]
      .sort()
      .map(([part, count]) => `${part} ${count}`)
      .join(", ")}`,
  );
}
