import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Terminal } from "./command.js";
import type { StopSignal } from "./stop-signal.js";

/** The person at the keyboard. */
export interface Prompt {
  /** Aborted by Ctrl-C, Ctrl-D, and when the terminal has gone, always with a `StopSignal`. */
  readonly closed: AbortSignal;
  /**
   * Asks and waits for a line, which can be edited; earlier answers come back with the arrow keys.
   *
   * @returns the answer without blanks around it; empty as well when `signal` or `closed` ended it
   */
  question(text: string, signal: AbortSignal): Promise<string>;
  /** Gives the terminal back as it was. */
  close(): void;
}

/**
 * Takes over the keyboard.
 *
 * One readline interface for the whole time: between the questions it goes on reading keys, so that
 * Enter and Ctrl-C work, but shows none of them.
 *
 * @param onEnter called for Enter outside a question
 */
export function openPrompt(terminal: Terminal, onEnter: () => void): Prompt {
  const { input } = terminal;
  let isAsking = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (isAsking) terminal.write(String(chunk));
      done();
    },
  });
  // Readline wraps long lines by it.
  Object.defineProperty(output, "columns", { get: () => terminal.columns });
  const readline = createInterface({ input, output, terminal: true });
  const closed = new AbortController();
  readline.on("close", () => {
    // While keys are read one by one, Ctrl-C is a key and no signal; it means the same.
    closed.abort({ signal: "SIGINT" } satisfies StopSignal);
  });
  readline.on("line", onEnter);
  // What is typed unseen must not turn up in the next answer.
  const dropUnseen = (): void => {
    if (!isAsking && readline.line !== "") readline.write("", { ctrl: true, name: "u" });
  };
  input.on("keypress", dropUnseen);
  return {
    closed: closed.signal,
    async question(text, signal) {
      const either = AbortSignal.any([signal, closed.signal]);
      if (either.aborted) return "";
      isAsking = true;
      try {
        return (await readline.question(text, { signal: either })).trim();
      } catch {
        // Ended in the middle of the line that it was typed on.
        terminal.write("\n");
        return "";
      } finally {
        isAsking = false;
      }
    },
    close() {
      input.off("keypress", dropUnseen);
      readline.close();
    },
  };
}
