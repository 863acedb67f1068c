import type { PeakEvent } from "../contract/state.js";
import { createDeferred, type Deferred } from "../deferred.js";
import type { Ears } from "./ask-ears.js";
import type { Terminal } from "./command.js";
import { createLiveLine } from "./live-line.js";

/** The time between two questions: a live level, until a sound or a key ends it. */
export interface Listening {
  /** Shows the level, and resolves with a sound, with `wake`, or when `stop` is aborted. */
  untilCue(stop: AbortSignal): Promise<void>;
  /** Ends it without a sound; nothing outside of it. */
  readonly wake: () => void;
  /** Ends it with a sound; a sound outside of it, such as the answer being typed, is passed over. */
  readonly hear: (peak: PeakEvent) => void;
  /** Draws what the ears say now. */
  readonly draw: () => void;
}

export function createListening(ears: Ears, terminal: Terminal): Listening {
  const screen = createLiveLine(terminal);
  let cue: Deferred<void> | undefined;
  let toldSilence: string | undefined;

  function draw(): void {
    if (cue === undefined) return;
    const silence = ears.silence();
    if (silence !== undefined && silence !== toldSilence) {
      screen.print(`${silence}; press Enter to ask anyway`);
    }
    toldSilence = silence;
    const levelDb = ears.levelDb();
    if (levelDb === undefined)
      screen.show(silence === undefined ? "listening" : "waiting for Enter");
    else screen.showLevel(levelDb);
  }

  return {
    draw,
    wake() {
      cue?.resolve();
    },
    hear(peak) {
      if (cue === undefined) return;
      screen.print(`heard something (${peak.level_db.toFixed(0)} dBFS)`);
      cue.resolve();
    },
    async untilCue(stop) {
      if (stop.aborted) return;
      const waiting = createDeferred<void>();
      cue = waiting;
      stop.addEventListener(
        "abort",
        () => {
          waiting.resolve();
        },
        { once: true },
      );
      draw();
      await waiting.promise;
      cue = undefined;
      screen.clear();
    },
  };
}
