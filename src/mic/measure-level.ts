import type { Log } from "../lifecycle.js";
import { type RunFault, runCapture } from "./capture-run.js";
import { captureTimings } from "./capture.js";
import { toDbfs } from "./dbfs.js";
import { clampToRange, detectorRanges } from "./detector-options.js";
import { createFrameMeter, type Frame } from "./frame-meter.js";

/** What a microphone sounded like for a moment. */
export interface MeasuredLevel {
  /** RMS, dBFS. */
  readonly levelDb: number;
  /** The largest sample, dBFS. */
  readonly peakDb: number;
  readonly clippedSamples: number;
}

export interface MeasurementOptions {
  readonly device: string;
  readonly rateHz: number;
  /** How long to listen after the click with which some microphones open. */
  readonly seconds: number;
  readonly log: Log;
  /** For a live bar: the RMS of every frame, dBFS, about twenty times a second. */
  readonly onLevel?: (levelDb: number) => void;
}

const frameSamples = detectorRanges.frameSamples.default;

/** Records for a moment and keeps nothing but sums. Never rejects. */
export async function measureLevel(options: MeasurementOptions): Promise<MeasuredLevel | RunFault> {
  const rateHz = clampToRange(detectorRanges.rateHz, options.rateHz);
  const enough = new AbortController();
  const settleFrames = Math.ceil((detectorRanges.settleMs.default * rateHz) / 1000 / frameSamples);
  const wantedFrames = Math.ceil((options.seconds * rateHz) / frameSamples);
  const sums = createSums();
  let frames = 0;

  function onFrame(frame: Readonly<Frame>): void {
    frames += 1;
    if (frames <= settleFrames || enough.signal.aborted) return;
    sums.add(frame);
    options.onLevel?.(toDbfs(Math.sqrt(frame.energy / frameSamples)));
    if (frames >= settleFrames + wantedFrames) enough.abort();
  }

  const end = await runCapture({
    ...captureTimings,
    device: options.device,
    rateHz,
    signal: enough.signal,
    log: options.log,
    onSamples: createFrameReader(rateHz, onFrame),
  });
  return end.kind === "stopped" || end.kind === "renewal" ? sums.level() : end;
}

function createFrameReader(
  rateHz: number,
  onFrame: (frame: Readonly<Frame>) => void,
): (samples: Int16Array) => void {
  const dcCutoffHz = detectorRanges.dcCutoffHz.default;
  const meter = createFrameMeter({ rateHz, frameSamples, dcCutoffHz, sumsMagnitudes: false });
  return (samples) => {
    let index = 0;
    while (index < samples.length) {
      index = meter.read(samples, index, Infinity);
      if (meter.frame.isComplete) onFrame(meter.frame);
    }
  };
}

function createSums(): { add(frame: Readonly<Frame>): void; level(): MeasuredLevel } {
  let samples = 0;
  let energy = 0;
  let peakSquare = 0;
  let clippedSamples = 0;
  return {
    add(frame) {
      samples += frameSamples;
      energy += frame.energy;
      peakSquare = Math.max(peakSquare, frame.peakSquare);
      clippedSamples += frame.clippedSamples;
    },
    level: () => ({
      levelDb: toDbfs(Math.sqrt(energy / Math.max(1, samples))),
      peakDb: toDbfs(Math.sqrt(peakSquare)),
      clippedSamples,
    }),
  };
}
