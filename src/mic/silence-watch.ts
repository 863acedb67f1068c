import { silenceDb } from "./dbfs.js";

/** Notices a microphone that works and hears nothing at all: muted, or a dead capsule. */
export interface SilenceWatch {
  /** @param atMs when the level was measured, in milliseconds since 1970 */
  observe(levelDb: number, atMs: number): void;
  /** For how long there has been nothing but digital silence, in whole seconds. */
  readonly silentS: number;
}

/**
 * Creates the watch. Only digital silence counts (`silenceDb`): the quietest room is louder.
 *
 * @param afterS how long the silence must last before `onSilence` is called, once each time
 */
export function createSilenceWatch(afterS: number, onSilence: () => void): SilenceWatch {
  let sinceMs: number | undefined;
  let silentS = 0;
  return {
    observe(levelDb, atMs) {
      const wasSilentS = silentS;
      sinceMs = levelDb > silenceDb ? undefined : (sinceMs ?? atMs);
      silentS = sinceMs === undefined ? 0 : Math.max(0, Math.floor((atMs - sinceMs) / 1000));
      if (wasSilentS < afterS && silentS >= afterS) onSilence();
    },
    get silentS() {
      return silentS;
    },
  };
}
