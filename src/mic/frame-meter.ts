/** What was measured over one frame. The meter reuses the object: read it before the next frame. */
export interface Frame {
  /** True once the frame is full; the next sample begins a new one. */
  isComplete: boolean;
  /** Sum of squares after the DC blocker, in 16-bit steps squared. */
  energy: number;
  /** The largest square after the DC blocker, in 16-bit steps squared. */
  peakSquare: number;
  /** The first sample whose magnitude reached `onsetMagnitude`; 0 when none did. */
  onsetOffset: number;
  /** Sum of the raw magnitudes, DC included, in 16-bit steps; 0 unless `sumsMagnitudes`. */
  rawMagnitudes: number;
  /** Raw samples at either end of the scale. */
  clippedSamples: number;
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
  /** Whether to measure `rawMagnitudes`, which only the classic rule needs. */
  readonly sumsMagnitudes: boolean;
}

const lowest = -32_768;
const highest = 32_767;

/** Clipping is looked for only where the filtered signal passes -6 dBFS: a second pass costs. */
const clippingSquare = 16_384 ** 2;

/** Below this the DC blocker's past is put to zero: denormal numbers cost a hundred times as much. */
const negligible = 1e-9;

/**
 * Creates the meter: DC blocker y[n] = x[n] - x[n-1] + R·y[n-1], R = 1 - 2π·cutoff / rate, and
 * sums per frame. Nothing is allocated after the creation.
 */
export function createFrameMeter(options: FrameMeterOptions): FrameMeter {
  const { frameSamples, sumsMagnitudes } = options;
  const pole = 1 - (2 * Math.PI * options.dcCutoffHz) / options.rateHz;
  const frame: Frame = {
    isComplete: false,
    energy: 0,
    peakSquare: 0,
    onsetOffset: 0,
    rawMagnitudes: 0,
    clippedSamples: 0,
  };
  let filled = 0;
  let isFirst = true;
  // The last input and output of the filter. Numbers in a typed array are never boxed.
  const past = new Float64Array(2);
  let onsetSquare = 0;

  function beginFrame(): void {
    filled = 0;
    frame.isComplete = false;
    frame.energy = 0;
    frame.peakSquare = 0;
    frame.onsetOffset = 0;
    frame.rawMagnitudes = 0;
    frame.clippedSamples = 0;
  }

  // The loop that runs per sample: state in locals, squares instead of magnitudes.
  function filter(samples: Int16Array, from: number, end: number): void {
    let x1 = past[0] ?? 0;
    let y1 = past[1] ?? 0;
    let { energy, peakSquare } = frame;
    const wanted = onsetSquare;
    for (let index = from; index < end; index += 1) {
      const x = samples[index] ?? 0;
      y1 = x - x1 + pole * y1;
      x1 = x;
      const square = y1 * y1;
      energy += square;
      if (square > peakSquare) {
        if (peakSquare < wanted && square >= wanted) {
          frame.onsetOffset = filled + index - from;
        }
        peakSquare = square;
      }
    }
    past[0] = x1;
    past[1] = Math.abs(y1) < negligible ? 0 : y1;
    frame.energy = energy;
    frame.peakSquare = peakSquare;
  }

  return {
    frame,
    read(samples, from, onsetMagnitude) {
      if (frame.isComplete) beginFrame();
      const end = Math.min(samples.length, from + frameSamples - filled);
      // The first sample is its own past, so that a DC offset does not begin with a step.
      if (isFirst) past[0] = samples[from] ?? 0;
      isFirst = false;
      onsetSquare = onsetMagnitude ** 2;
      filter(samples, from, end);
      if (frame.peakSquare >= clippingSquare) {
        frame.clippedSamples += countClipped(samples, from, end);
      }
      if (sumsMagnitudes) frame.rawMagnitudes += sumMagnitudes(samples, from, end);
      filled += end - from;
      frame.isComplete = filled === frameSamples;
      return end;
    },
    reset() {
      beginFrame();
      isFirst = true;
      past.fill(0);
    },
  };
}

function countClipped(samples: Int16Array, from: number, end: number): number {
  let count = 0;
  for (let index = from; index < end; index += 1) {
    if (samples[index] === highest || samples[index] === lowest) count += 1;
  }
  return count;
}

function sumMagnitudes(samples: Int16Array, from: number, end: number): number {
  let sum = 0;
  for (let index = from; index < end; index += 1) sum += Math.abs(samples[index] ?? 0);
  return sum;
}
