import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { Terminal } from "../../src/cli/command.js";
import { createLiveLine } from "../../src/cli/live-line.js";

function createTerminal(columns: number, isInteractive: boolean) {
  const written: string[] = [];
  const terminal: Terminal = {
    write: (text) => written.push(text),
    writeError: () => {},
    isInteractive,
    isColoured: false,
    isLogTerminal: false,
    isLogColoured: false,
    columns,
    input: new PassThrough(),
  };
  return { written, terminal };
}

test("the level never wraps, however narrow the terminal", () => {
  for (const columns of [1, 10, 20, 40, 100]) {
    const { written, terminal } = createTerminal(columns, true);
    createLiveLine(terminal).showLevel(-42.5);
    const shown = written.join("").replace("\r\u001B[K", "");
    assert.ok(shown.length <= Math.max(1, columns - 1), `${columns}: ${shown}`);
  }
});

test("what stays is printed in place of what was live, and nothing live without a terminal", () => {
  const { written, terminal } = createTerminal(80, true);
  const line = createLiveLine(terminal);
  line.show("live");
  line.print("stays");
  line.clear();
  assert.equal(written.join(""), "\r\u001B[Klive\r\u001B[Kstays\n");
  const plain = createTerminal(80, false);
  createLiveLine(plain.terminal).show("live");
  createLiveLine(plain.terminal).print("stays");
  assert.equal(plain.written.join(""), "stays\n");
});
