// The test reporter: the run's seed, a line a file, each failure in full, each skip with its reason, and the closing line
// `N passed, N failed, N skipped`.
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from "vitest/node";

export default class LineReporter implements Reporter {
  #passed = 0;
  #failed = 0;
  #skipped: string[] = [];

  onInit(vitest: Vitest): void {
    console.log(`seed ${vitest.config.provide.seed} (AXIOM_SEED)`);
  }

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === "passed") this.#passed++;
    else if (result.state === "failed") this.#fail(`${test.module.moduleId} > ${test.fullName}`, result.errors);
    else if (result.state === "skipped")
      this.#skipped.push(`skipped: ${result.note ?? "(no reason given)"}: ${test.fullName}`);
  }

  onTestModuleEnd(module: TestModule): void {
    const cases = [...module.children.allTests()];
    const good = cases.filter((test) => test.result().state === "passed").length;
    const time_ms = Math.round(module.diagnostic().duration);
    console.log(
      `${module.ok() ? "ok  " : "FAIL"} ${relative(process.cwd(), module.moduleId)} (${good}/${cases.length}, ${time_ms} ms)`,
    );
    if (module.errors().length > 0) this.#fail(module.moduleId, module.errors());
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    if (errors.length > 0) this.#fail("outside any test", errors);
    for (const line of this.#skipped) console.log(line);
    console.log(`${this.#passed} passed, ${this.#failed} failed, ${this.#skipped.length} skipped`);
  }

  onUserConsoleLog(log: { content: string }): void {
    process.stdout.write(log.content);
  }

  #fail(where: string, errors: readonly { message: string; stack?: string; diff?: string }[]): void {
    this.#failed++;
    console.log(`FAIL ${where}`);
    for (const error of errors) {
      const text = [error.message, error.diff, error.stack].filter(Boolean).join("\n");
      console.log(process.stdout.isTTY ? text : stripVTControlCharacters(text));
    }
  }
}
