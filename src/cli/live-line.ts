import { formatLevelBar } from "../mic/level-bar.js";
import type { Terminal } from "./command.js";
import { fitColumns } from "./printable.js";

/** The last line of a terminal, rewritten in place. Without a terminal nothing live is shown. */
export interface LiveLine {
  /** Shows a text, in place of what was shown; one that would wrap is cut. */
  readonly show: (text: string) => void;
  /** Draws a level, dBFS, as a bar. */
  readonly showLevel: (levelDb: number) => void;
  /** Prints a line that stays, above whatever is shown next. */
  readonly print: (line: string) => void;
  /** Leaves an empty line and the cursor at its beginning. */
  readonly clear: () => void;
}

/** ECMA-48: carriage return, then erase to the end of the line. */
const eraseLine = "\r\u001B[K";
const maxBarColumns = 40;
/** The number, its unit, and a margin, so that the line never wraps. */
const numberColumns = 16;

export function createLiveLine(terminal: Terminal): LiveLine {
  let isShown = false;
  const clear = (): void => {
    if (isShown) terminal.write(eraseLine);
    isShown = false;
  };
  const show = (text: string): void => {
    if (!terminal.isInteractive) return;
    terminal.write(`${eraseLine}${fitColumns(text, terminal.columns - 1).trimEnd()}`);
    isShown = true;
  };
  return {
    show,
    showLevel(levelDb) {
      const width = Math.max(1, Math.min(maxBarColumns, terminal.columns - numberColumns));
      show(formatLevelBar(levelDb, { width }));
    },
    print(line) {
      clear();
      terminal.write(`${line}\n`);
    },
    clear,
  };
}
