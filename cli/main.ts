#!/usr/bin/env node
import { enableCompileCache } from "node:module";

enableCompileCache();
const [{ run }, { guardOutput }, { exit }] = await Promise.all([import("./program.ts"), import("./streams.ts"), import("./exit.ts")]);
guardOutput();
const code = await run(process.argv);
process.exitCode ??= code;
// What was interrupted may still wait for answers that nobody wants.
if (code === exit.interrupted || code === exit.terminated) process.exit(code);
