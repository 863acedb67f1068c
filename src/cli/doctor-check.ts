import { styleText } from "node:util";
import type { Terminal } from "./command.js";
import { printable } from "./printable.js";

/** One thing that `earshot doctor` has looked at. */
export interface Check {
  readonly name: string;
  /** ok: fine. warning: worth knowing. fault: wrong, and the message says what to do. */
  readonly state: "ok" | "warning" | "fault";
  readonly message: string;
  /** More lines for a person, below the message. */
  readonly lines?: readonly string[];
  /** What `--json` adds to name, state and message. */
  readonly facts?: object;
}

const marks = {
  ok: { text: "ok", style: "green" },
  warning: { text: "! ", style: "yellow" },
  fault: { text: "!!", style: "red" },
} as const;

const nameColumns = 13;

/** One line of the checklist, with the lines that belong to it. */
export function formatCheck(check: Check, terminal: Terminal): string {
  const { text, style } = marks[check.state];
  const mark = terminal.isColoured ? styleText(style, text) : text;
  const first = `${mark}  ${check.name.padEnd(nameColumns)}  ${printable(check.message)}`;
  const rest = (check.lines ?? []).map((line) => `      ${printable(line)}`);
  return `${[first, ...rest].join("\n")}\n`;
}

/** A check as `--json` prints it. */
export function toJson({ name, state, message, facts }: Check): object {
  return { name, state, message, ...facts };
}
