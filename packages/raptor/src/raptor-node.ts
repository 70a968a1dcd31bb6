#!/usr/bin/env node
import { nodeIo, runCli } from "./cli-node.ts";

try {
  process.exitCode = runCli(process.argv.slice(2), nodeIo);
} catch (error) {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  console.log(error.message);
  process.exitCode = 64;
}
