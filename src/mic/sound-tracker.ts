/** What the tracker says about one frame: nothing, or that a sound begins or is over. */
export type SoundChange = "onset" | "end" | "overlong" | undefined;

/** Turns frames that are loud or not into sounds: one onset and one end for each. */
export interface SoundTracker {
  /**
   * @param begins the frame is loud enough to begin a sound
   * @param keeps the frame is loud enough to belong to one
   * @param frameEnd samples since the stream began, up to the end of the frame
   */
  next(begins: boolean, keeps: boolean, frameEnd: number): SoundChange;
  /** The end of the last frame that belonged to the sound. */
  readonly lastLoudSample: number;
  reset(): void;
}

export interface SoundTrackerOptions {
  /** Quiet that ends a sound, in samples. */
  readonly refractorySamples: number;
  /** The longest sound, in samples. */
  readonly maxSamples: number;
}

/** `overlong`: ended by its length, and not quiet since. */
type Phase = "armed" | "sounding" | "overlong";

/**
 * Creates a tracker.
 *
 * A sound ends after `refractorySamples` of quiet, so that the syllables of a word are one sound,
 * or at `maxSamples`. After the latter the next one needs the refractory time and one quiet frame.
 */
export function createSoundTracker(options: SoundTrackerOptions): SoundTracker {
  let phase: Phase = "armed";
  let firstFrameEnd = 0;
  let lastLoudSample = 0;

  const nextIn: Record<Phase, SoundTracker["next"]> = {
    armed(begins, _keeps, frameEnd) {
      if (!begins) return undefined;
      phase = "sounding";
      firstFrameEnd = frameEnd;
      lastLoudSample = frameEnd;
      return "onset";
    },
    sounding(_begins, keeps, frameEnd) {
      if (keeps) lastLoudSample = frameEnd;
      const isOver = frameEnd - lastLoudSample >= options.refractorySamples;
      const isOverlong = frameEnd - firstFrameEnd >= options.maxSamples;
      if (isOver) phase = "armed";
      else if (isOverlong) phase = "overlong";
      return isOver ? "end" : isOverlong ? "overlong" : undefined;
    },
    overlong(_begins, keeps, frameEnd) {
      const endedAt = firstFrameEnd + options.maxSamples;
      if (!keeps && frameEnd - endedAt >= options.refractorySamples) phase = "armed";
      return undefined;
    },
  };

  return {
    next: (begins, keeps, frameEnd) => nextIn[phase](begins, keeps, frameEnd),
    get lastLoudSample() {
      return lastLoudSample;
    },
    reset() {
      phase = "armed";
    },
  };
}
