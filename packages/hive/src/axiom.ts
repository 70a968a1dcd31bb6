#!/usr/bin/env node
import { enableCompileCache } from "node:module";

enableCompileCache();
// What a hive writes is its owner's alone, whichever part writes it.
process.umask(0o077);
const { main } = await import("./cli.ts");
process.exitCode = await main(process.argv.slice(2), process.env);
