/** What was measured over one frame. The meter reuses the object: read it before the next frame. */
export interface Frame {
  /** True once the frame is full; the next sample begins a new one. */
  isComplete: boolean;
  /** Sum of squares after the DC blocker, in 16-bit steps squared. */
  energy: number;
  /** The largest magnitude after the DC blocker, in 16-bit steps. */
  peak: number;
  /** Mean magnitude of the raw samples, DC included, in 16-bit steps. */
  rawMeanMagnitude: number;
  /** Raw samples at either end of the scale. */
  clippedSamples: number;
  /** The first sample in the frame that reached `onsetMagnitude`; 0 when none did. */
  onsetOffset: number;
}

/** Cuts a stream of samples into frames and measures each. */
export interface FrameMeter {
  readonly frame: Readonly<Frame>;
  /**
   * Reads samples from `from` on until a frame is full or the samples are used up.
   *
   * @param onsetMagnitude what `frame.onsetOffset` looks for, in 16-bit steps
   * @returns the index of the first sample that was not read
   */
  read(samples: Int16Array, from: number, onsetMagnitude: number): number;
  /** Forgets the frame under way and the filter's past: a new stream begins. */
  reset(): void;
}

export interface FrameMeterOptions {
  readonly frameSamples: number;
  readonly rateHz: number;
  readonly dcCutoffHz: number;
}

const lowest = -32_768;
const highest = 32_767;

/** Below this the DC blocker's past is put to zero: denormal numbers cost a hundred times as much. */
const negligible = 1e-9;

/**
 * Creates the meter: DC blocker y[n] = x[n] - x[n-1] + R·y[n-1], R = 1 - 2π·cutoff / rate, and
 * sums per frame.
 *
 * The loop is the only code that runs per sample. It keeps its state in locals and allocates
 * nothing.
 */
export function createFrameMeter(options: FrameMeterOptions): FrameMeter {
  const { frameSamples } = options;
  const pole = 1 - (2 * Math.PI * options.dcCutoffHz) / options.rateHz;
  const frame: Frame = {
    isComplete: false,
    energy: 0,
    peak: 0,
    rawMeanMagnitude: 0,
    clippedSamples: 0,
    onsetOffset: 0,
  };
  let filled = 0;
  let previous: number | undefined;
  let filtered = 0;
  let rawSum = 0;

  function beginFrame(): void {
    filled = 0;
    rawSum = 0;
    frame.isComplete = false;
    frame.energy = 0;
    frame.peak = 0;
    frame.clippedSamples = 0;
    frame.onsetOffset = 0;
  }

  function finishFrame(): void {
    frame.isComplete = true;
    frame.rawMeanMagnitude = rawSum / frameSamples;
    if (Math.abs(filtered) < negligible) filtered = 0;
  }

  return {
    frame,
    read(samples, from, onsetMagnitude) {
      if (frame.isComplete) beginFrame();
      const end = Math.min(samples.length, from + frameSamples - filled);
      const toOffset = filled - from;
      // The first sample is its own past, so that a DC offset does not begin with a step.
      let past = previous ?? samples[from] ?? 0;
      let output = filtered;
      let { energy, peak, clippedSamples } = frame;
      let raw = rawSum;
      for (let index = from; index < end; index += 1) {
        const sample = samples[index] ?? 0;
        output = sample - past + pole * output;
        past = sample;
        raw += sample < 0 ? -sample : sample;
        energy += output * output;
        const magnitude = output < 0 ? -output : output;
        if (magnitude > peak) {
          if (peak < onsetMagnitude && magnitude >= onsetMagnitude) {
            frame.onsetOffset = index + toOffset;
          }
          peak = magnitude;
        }
        if (sample === highest || sample === lowest) clippedSamples += 1;
      }
      previous = past;
      filtered = output;
      rawSum = raw;
      frame.energy = energy;
      frame.peak = peak;
      frame.clippedSamples = clippedSamples;
      filled += end - from;
      if (filled === frameSamples) finishFrame();
      return end;
    },
    reset() {
      beginFrame();
      previous = undefined;
      filtered = 0;
    },
  };
}
