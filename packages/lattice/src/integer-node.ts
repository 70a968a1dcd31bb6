/** Integer programs by HiGHS (https://highs.dev), compiled to WASM: branch and cut, one thread. */
import loadHighs, { type Highs, type Model, type ModelData } from "highs";
import type { IntegerAnswer, IntegerProgram, IntegerSolver, IntegerStop } from "./integer.ts";

let loading: Promise<IntegerSolver> | null = null;

/** One for the process, loaded when it is first asked for: some 20 ms. */
export function integerSolver(): Promise<IntegerSolver> {
  loading ??= load();
  return loading;
}

async function load(): Promise<IntegerSolver> {
  // The types call the default export a namespace, as in CommonJS; under ESM it is the function itself.
  const highs = await (loadHighs as unknown as typeof loadHighs.default)();
  return { minimize: (program, stop) => minimize(highs, program, stop) };
}

function minimize(highs: Highs, program: IntegerProgram, { known, grain, expired }: IntegerStop): IntegerAnswer {
  const model = highs.createModel(modelOf(program));
  try {
    model.options.set({ output_flag: false, mip_rel_gap: 0, mip_abs_gap: grain });
    if (known !== undefined) model.setSolution({ colValue: Float64Array.from(known) });
    model.run({
      [highs.constants.callbackType.mipInterrupt]: (event) => {
        if (expired()) event.interrupt();
        return undefined;
      },
    });
    return answerOf(highs, model, program);
  } finally {
    model.dispose();
  }
}

function modelOf({ costs, starts, rows, factors, least, most }: IntegerProgram): ModelData {
  const [numCols, numRows] = [costs.length, least.length];
  return {
    numCols,
    numRows,
    colCost: Float64Array.from(costs),
    colLower: new Float64Array(numCols),
    colUpper: new Float64Array(numCols).fill(1),
    rowLower: least,
    rowUpper: most,
    matrix: { format: "csc", numRows, numCols, starts, indices: rows, values: factors },
    integrality: new Int32Array(numCols).fill(1),
  };
}

function answerOf(highs: Highs, model: Model, { costs }: IntegerProgram): IntegerAnswer {
  const { modelStatus, solutionStatus } = highs.constants;
  const status = model.getModelStatus();
  const found = model.info.get("primal_solution_status") === solutionStatus.feasible;
  return {
    chosen: found ? Uint8Array.from({ length: costs.length }, roundedBy(model.getSolution().colValue)) : null,
    proven: status === modelStatus.optimal || status === modelStatus.infeasible,
  };
}

const roundedBy =
  (values: Float64Array) =>
  (_: unknown, column: number): number =>
    values[column]! > 0.5 ? 1 : 0;
