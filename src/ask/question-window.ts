import type { Clock } from "../clock.js";

/** `waiting`: a peak has asked "what is playing?" and nobody has answered yet. */
export type QuestionState = "waiting" | "idle";

/** The time after a peak in which a request counts as the answer to it. One question at a time. */
export interface QuestionWindow {
  readonly state: QuestionState;
  /** When an unanswered question lapses, in milliseconds since 1970; `undefined` while idle. */
  readonly endsAtMs: number | undefined;
  /** A peak was heard. @returns whether this opened a question; not while one is waiting */
  open(): boolean;
  /** A request has arrived. @returns whether it answered a waiting question */
  answer(): boolean;
  /** Drops a waiting question, for instance because the microphone was switched off. */
  close(): void;
}

export interface QuestionWindowDependencies {
  /** How long a question waits, in milliseconds; 0 asks none. */
  readonly lengthMs: number;
  readonly clock: Clock;
  /** Called on every change, with the new state. */
  readonly onState: (state: QuestionState) => void;
}

/** Creates the window, idle. */
export function createQuestionWindow(dependencies: QuestionWindowDependencies): QuestionWindow {
  const { lengthMs, clock, onState } = dependencies;
  let endsAtMs: number | undefined;
  let cancelTimer: (() => void) | undefined;

  function settle(): boolean {
    if (endsAtMs === undefined) return false;
    cancelTimer?.();
    endsAtMs = undefined;
    onState("idle");
    return true;
  }

  return {
    get state() {
      return endsAtMs === undefined ? "idle" : "waiting";
    },
    get endsAtMs() {
      return endsAtMs;
    },
    open() {
      if (endsAtMs !== undefined || lengthMs <= 0) return false;
      endsAtMs = clock.now() + lengthMs;
      cancelTimer = clock.after(lengthMs, settle);
      onState("waiting");
      return true;
    },
    answer: settle,
    close() {
      settle();
    },
  };
}
