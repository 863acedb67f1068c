#!/usr/bin/env -S node --max-semi-space-size=4 --no-parallel-scavenge --heap-growing-percent=30
import nodeModule from "node:module";
import { constants } from "node:os";
import { join } from "node:path";
import { isatty } from "node:tty";
import type { Terminal } from "./cli/command.js";
import { runProgram } from "./cli/program.js";
import type { StopSignal } from "./cli/stop-signal.js";
import { messageOf } from "./errors.js";
import { programRoot } from "./program.js";

// Node 22.8 and later can keep compiled code for the next start. Not among the temporary files, where
// it would look by itself: there somebody else could lay code out for it. Without the right to write
// it goes without.
const enableCompileCache: unknown = Reflect.get(nodeModule, "enableCompileCache");
if (typeof enableCompileCache === "function") {
  enableCompileCache(join(programRoot, "dist", ".compile-cache"));
}

/** After a fault or a signal everything must be over by then; each service has its own deadline. */
const lastResortMs = 30_000;

const stop = new AbortController();

function handleSignal(signal: NodeJS.Signals): void {
  // The second signal is from somebody who does not want to wait: 128 + the signal's number.
  if (stop.signal.aborted) process.exit(128 + constants.signals[signal]);
  stop.abort({ signal } satisfies StopSignal);
  armLastResort();
}

function handleFault(error: unknown): void {
  if (stop.signal.aborted) {
    terminal.writeError(`earshot: a fault while stopping: ${messageOf(error)}`);
    process.exit(1);
  }
  stop.abort(error);
  armLastResort();
}

function armLastResort(): void {
  setTimeout(() => {
    process.exit(1);
  }, lastResortMs).unref();
}

const isTerminal = isatty(1);
const isLogTerminal = isatty(2);
const wantsColours = process.env["NO_COLOR"] === undefined;
const terminal: Terminal = {
  write: (text) => process.stdout.write(text),
  writeError: (line) => process.stderr.write(`${line}\n`),
  isInteractive: isTerminal,
  isColoured: isTerminal && wantsColours,
  isLogTerminal,
  isLogColoured: isLogTerminal && wantsColours,
  // A pseudo-terminal that nobody has given a size has 0 columns.
  get columns() {
    return process.stdout.columns || 100;
  },
  get input() {
    return process.stdin;
  },
};

process.on("SIGINT", handleSignal);
process.on("SIGTERM", handleSignal);
// The terminal or the line of ssh has gone; without a handler the node would end unannounced.
process.on("SIGHUP", handleSignal);
process.on("uncaughtException", handleFault);
process.on("unhandledRejection", handleFault);
// `earshot watch | head`: the reader has gone, which is no fault.
process.stdout.on("error", () => process.exit(0));

const args = process.argv.slice(2);
const exitCode = await runProgram({ args, env: process.env, terminal, signal: stop.signal });
process.exit(exitCode);
