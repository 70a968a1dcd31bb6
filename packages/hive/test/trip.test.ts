import { nodeCrypto } from "lop";
import { verifyProof } from "lop/verify";
import { expect, test } from "vitest";
import { must, openTestHive, program, run, simHome } from "./hive-home.ts";

test("a directive travels to a proof that verifies", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  const view = await run(hive, program("print 42", "write out.txt hello"));
  expect(view.refusal).toBeNull();
  expect(view.state).toBe("done");
  expect(view.outcome?.stdout).toBe("42\n");
  expect(view.verified).toBe(true);
  const proof = must(await hive.proof(view.id));
  const checked = verifyProof(proof, nodeCrypto);
  expect(checked).toMatchObject({ verified: true });
  console.log(view.steps.map((s) => `${s.step} ${s.phase} ${s.took_us} ${JSON.stringify(s.detail)}`).join("\n"));
  await hive.close();
});
