/** Generated sounds for tests and benches: the same seed gives the same samples everywhere. */

/** A repeatable source of numbers, uniform in [0, 1): mulberry32. */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Samples from -1 to 1 that are mixed before they become 16-bit. */
export type Signal = Float64Array;

export const rateHz = 44_100;

export function silence(seconds: number): Signal {
  return new Float64Array(Math.round(seconds * rateHz));
}

/** White Gaussian noise of an RMS of 1 (Box-Muller, which makes two numbers at a time). */
export function noise(seconds: number, random: Random): Signal {
  const signal = silence(seconds);
  for (let index = 0; index < signal.length; index += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    signal[index] = radius * Math.cos(angle);
    signal[index + 1] = radius * Math.sin(angle);
  }
  return signal;
}

/** A sine of amplitude 1. */
export function sine(seconds: number, hertz: number): Signal {
  const signal = silence(seconds);
  for (let index = 0; index < signal.length; index += 1) {
    signal[index] = Math.sin((2 * Math.PI * hertz * index) / rateHz);
  }
  return signal;
}

/** A hand clap: noise that rises at once and decays with a time constant of 4 to 12 ms. */
export function clap(random: Random): Signal {
  const decaySamples = (0.004 + 0.008 * random()) * rateHz;
  return noise(0.12, random).map((value, index) => value * Math.exp(-index / decaySamples));
}

/** Speech-like: noise and a voice's harmonics under four syllables a second, about a second long. */
export function speech(random: Random): Signal {
  const pitch = 90 + 160 * random();
  const syllablesHz = 3 + 2 * random();
  return noise(0.6 + 0.8 * random(), random).map((value, index) => {
    const t = index / rateHz;
    const envelope = Math.abs(Math.sin(Math.PI * syllablesHz * t)) ** 0.7;
    let voice = 0;
    for (let harmonic = 1; harmonic <= 8; harmonic += 1) {
      voice += Math.sin(2 * Math.PI * pitch * harmonic * t) / harmonic;
    }
    return envelope * (voice + 0.3 * value);
  });
}

/** Music-like: a chord of decaying partials with a beat, one to two seconds long. */
export function music(random: Random): Signal {
  const root = 110 + 330 * random();
  const beatHz = 1.5 + 1.5 * random();
  return silence(1 + random()).map((_, index) => {
    const t = index / rateHz;
    let chord = 0;
    for (const ratio of [1, 1.25, 1.5, 2, 3]) {
      chord += Math.sin(2 * Math.PI * root * ratio * t) / ratio;
    }
    return chord * (0.4 + 0.6 * Math.exp(-4 * ((t * beatHz) % 1)));
  });
}

/** Scales a signal so that its RMS over the first `overSamples` is `levelDb` dBFS. */
export function atLevel(signal: Signal, levelDb: number, overSamples = signal.length): Signal {
  let energy = 0;
  // By index, here and below: to iterate over so many takes several times as long.
  const end = Math.min(overSamples, signal.length);
  for (let index = 0; index < end; index += 1) energy += (signal[index] ?? 0) ** 2;
  const rms = Math.sqrt(energy / end);
  const factor = 10 ** (levelDb / 20) / rms;
  const scaled = new Float64Array(signal.length);
  for (let index = 0; index < scaled.length; index += 1) {
    scaled[index] = (signal[index] ?? 0) * factor;
  }
  return scaled;
}

/** Adds `sound` to `scene` from sample `at` on; what reaches past the end is cut. */
export function mixInto(scene: Signal, sound: Signal, at: number): void {
  const end = Math.min(sound.length, scene.length - at);
  for (let index = 0; index < end; index += 1) {
    scene[at + index] = (scene[at + index] ?? 0) + (sound[index] ?? 0);
  }
}

/** Rounds to 16 bits; what is too loud is clipped as a sound card clips it. */
export function toPcm(signal: Signal): Int16Array {
  const pcm = new Int16Array(signal.length);
  for (let index = 0; index < pcm.length; index += 1) {
    const value = (signal[index] ?? 0) * 32_768;
    if (value > 32_767) pcm[index] = 32_767;
    else pcm[index] = value < -32_768 ? -32_768 : Math.floor(value + 0.5);
  }
  return pcm;
}

const longestNoises = new Map<number, Signal>();

/** The noise of a seed: a shorter one is the beginning of a longer one, so only the longest is made. */
function noiseOf(seed: number, seconds: number): Signal {
  const length = Math.round(seconds * rateHz);
  const known = longestNoises.get(seed);
  if (known !== undefined && known.length >= length) return known.subarray(0, length);
  const made = noise(seconds, createRandom(seed));
  longestNoises.set(seed, made);
  return made;
}

const rooms = new Map<string, Signal>();

/** The noise of a room at -60 dBFS, or another level: made once, as most scenes begin with it. */
export function room(seconds: number, levelDb = -60, seed = 1): Signal {
  const key = `${seconds} ${levelDb} ${seed}`;
  const made = rooms.get(key) ?? atLevel(noiseOf(seed, seconds), levelDb);
  rooms.set(key, made);
  return made.slice();
}

/** A room with half a second of a 1 kHz tone at each of these seconds, at these levels. */
export function sceneWith(bursts: readonly (readonly [second: number, levelDb: number])[]): Signal {
  const last = bursts.at(-1)?.[0] ?? 0;
  const scene = room(last + 2, -60, 21);
  for (const [second, levelDb] of bursts) {
    mixInto(scene, atLevel(sine(0.5, 1_000), levelDb), second * rateHz);
  }
  return scene;
}
