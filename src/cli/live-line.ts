import { formatLevelBar } from "../mic/level-bar.js";
import type { Terminal } from "./command.js";

/** The last line of a terminal, rewritten in place. Without a terminal nothing live is shown. */
export interface LiveLine {
  /** Draws a level, dBFS, in place of what was shown. */
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
  return {
    showLevel(levelDb) {
      if (!terminal.isInteractive) return;
      const width = Math.max(1, Math.min(maxBarColumns, terminal.columns - numberColumns));
      terminal.write(`${eraseLine}${formatLevelBar(levelDb, { width })}`);
      isShown = true;
    },
    print(line) {
      clear();
      terminal.write(`${line}\n`);
    },
    clear,
  };
}
