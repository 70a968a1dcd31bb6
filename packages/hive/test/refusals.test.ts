/** docs/refusals.md is printed from the table in lop: `AXIOM_WRITE_DOCS=1 npm test -- refusals` writes it anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { REFUSALS } from "lop";
import { expect, it } from "vitest";

const PAGE = fileURLToPath(new URL("../../../docs/refusals.md", import.meta.url));

const page = (): string => `# Refusals

Whatever the hive does not do, it refuses with \`{"refused": code, "why": sentence, "fix": sentence}\`: over HTTP with the status
below, on the command line with exit code 1. \`why\` says what was wrong and where; \`fix\` is the sentence below, or a more exact one.
This page is printed from \`packages/lop/src/refusal.ts\`.

| code | HTTP | how to mend it |
|---|---|---|
${Object.entries(REFUSALS)
  .map(([code, { http, fix }]) => `| \`${code}\` | ${http} | ${fix.replaceAll("|", "\\|")} |`)
  .join("\n")}
`;

it("docs/refusals.md shows the table of refusals", () => {
  if (process.env.AXIOM_WRITE_DOCS === "1") writeFileSync(PAGE, page());
  expect(readFileSync(PAGE, "utf8")).toBe(page());
});
