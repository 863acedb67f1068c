import { ChildProcess } from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import type { Readable } from "node:stream";
import mic from "mic";
import { EarshotError, messageOf } from "../errors.js";

/** The program that `mic` runs: `arecord` on Linux, sox's `rec` elsewhere. */
export const recorderProgram = process.platform === "linux" ? "arecord" : "rec";

/** A recording program that has just been started. One object is one run. */
export interface Recorder {
  /** The program itself: its exit, and the only way to end it. */
  readonly child: ChildProcess;
  /** 16-bit little-endian mono, on Linux after a WAV header, in pieces of any length. */
  readonly audio: Readable;
}

export interface RecorderOptions {
  /** A name that `isDeviceName` accepts; sox takes the system's default whatever it says. */
  readonly device: string;
  readonly rateHz: number;
}

/**
 * Starts a recording with the `mic` package; the only place that knows it.
 *
 * The package hides its child, so that a missing program ends the whole process, and it cannot be
 * stopped and started again. Node's diagnostics channel hands over the child as it is made; from
 * then on it belongs to the caller, and the package only moves the bytes.
 *
 * @throws EarshotError `mic_unavailable` when no program could be started at all; a missing one is
 *   told by the child's `error` event
 */
export function startRecorder(options: RecorderOptions): Recorder {
  if (process.platform === "win32") {
    throw new EarshotError("mic_unavailable", "recording needs Linux or macOS; this is Windows");
  }
  const microphone = mic({
    device: options.device,
    rate: String(options.rateHz),
    channels: "1",
    bitwidth: "16",
    encoding: "signed-integer",
    endian: "little",
    // Without it the program's error messages are thrown away.
    debug: true,
  });
  const child = catchChild(() => {
    inCLocale(() => {
      microphone.start();
    });
  });
  // Both would print to the console.
  child.stderr?.unpipe();
  child.removeAllListeners("exit");
  return { child, audio: microphone.getAudioStream() };
}

/**
 * Runs `start` with the messages of programs in English, because they are sorted by their words.
 * The package hands its child this process's environment, so for this one turn that is changed.
 */
function inCLocale(start: () => void): void {
  const before = process.env["LC_ALL"];
  process.env["LC_ALL"] = "C";
  try {
    start();
  } finally {
    if (before === undefined) delete process.env["LC_ALL"];
    else process.env["LC_ALL"] = before;
  }
}

/** Runs `start` and returns the child process that it makes. */
function catchChild(start: () => void): ChildProcess {
  let child: ChildProcess | undefined;
  const take = (message: unknown): void => {
    child = childOf(message);
    // Even when `start` throws half-way, nobody else listens for it.
    child?.on("error", () => {});
  };
  diagnostics.subscribe("child_process", take);
  try {
    start();
  } catch (error) {
    throw new EarshotError(
      "mic_unavailable",
      `${recorderProgram} could not be started: ${messageOf(error)}`,
      { cause: error },
    );
  } finally {
    diagnostics.unsubscribe("child_process", take);
  }
  if (child === undefined) {
    throw new EarshotError("mic_unavailable", `${recorderProgram} was not started by "mic"`);
  }
  return child;
}

function childOf(message: unknown): ChildProcess | undefined {
  if (typeof message !== "object" || message === null || !("process" in message)) return undefined;
  return message.process instanceof ChildProcess ? message.process : undefined;
}
