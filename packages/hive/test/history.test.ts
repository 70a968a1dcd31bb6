import { SimDisk } from "lop";
import { expect, test } from "vitest";
import { ENDED_KEPT } from "../src/directive-store.ts";
import { card, openTestHive, program, run, simHome } from "./hive-home.ts";

test("directives are listed newest first, page by page, the same before and after a restart", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  const ids: string[] = [];
  for (let i = 0; i < 6; i++) ids.unshift((await run(hive, program(`print ${i}`))).id);
  ids.unshift((await run(hive, card("tea.make"))).id);
  const pages = async (one: typeof hive) => {
    const first = await one.list({ limit: 3 });
    const second = await one.list({ limit: 3, before: first.at(-1)!.id });
    return [...first, ...second, ...(await one.list({ limit: 3, before: second.at(-1)!.id }))];
  };
  expect((await pages(hive)).map((view) => view.id)).toEqual(ids);
  await hive.close();
  const next = await openTestHive(await simHome({ disk: new SimDisk({ image: home.disk.image() }) }));
  const after = await pages(next);
  expect(after.map((view) => view.id)).toEqual(ids);
  expect(after[0]).toMatchObject({ state: "refused", step: "decode", refusal: { refused: "tool-unknown" } });
  expect(after[1]).toMatchObject({ state: "done", verified: true, outcome: { stdout: "5\n" } });
  expect(await next.directive(ids[6]!)).toMatchObject({ state: "done", outcome: { stdout: "0\n" } });
  expect(await next.directive("0".repeat(64))).toBeUndefined();
  expect(await next.directive("../../etc/passwd")).toBeUndefined();
  expect(await next.list({ limit: 3, before: "0".repeat(64) })).toEqual([]);
  await next.close();
});

test("memory holds a bounded number of ended directives; older ones are read back", async () => {
  const home = await simHome();
  const hive = await openTestHive(home);
  const first = await run(hive, card("guard.status"));
  for (let i = 0; i <= ENDED_KEPT; i++) await run(hive, card("tea.make"));
  const read = await hive.directive(first.id);
  expect(read).toMatchObject({ id: first.id, state: "done", verified: true, outcome: first.outcome, steps: [] });
  expect((await hive.list({ limit: 200 })).length).toBe(200);
  await hive.close();
});
