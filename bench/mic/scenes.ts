import {
  atLevel,
  clap,
  createRandom,
  mixInto,
  music,
  noise,
  type Random,
  rateHz,
  type Signal,
  silence,
  sine,
  speech,
} from "../../test/mic/sounds.js";

/** A generated room: what can be heard, and where the true sounds are. */
export interface Scene {
  readonly name: string;
  readonly signal: Signal;
  /** The first and the last sample of every sound that should be an event. */
  readonly sounds: readonly (readonly [from: number, to: number])[];
}

/** Makes a background of the given RMS. */
type Background = (seconds: number, levelDb: number, random: Random) => Signal;

const backgrounds: Readonly<Record<string, Background>> = {
  noise: (seconds, levelDb, random) => atLevel(noise(seconds, random), levelDb),
  hum: (seconds, levelDb, random) => {
    const scene = atLevel(sine(seconds, 50), levelDb);
    mixInto(scene, atLevel(noise(seconds, random), levelDb - 10), 0);
    return scene;
  },
  "dc offset": (seconds, levelDb, random) =>
    atLevel(noise(seconds, random), levelDb).map((value) => value + 0.05),
  "modulated tone": (seconds, levelDb, random) => {
    const scene = sine(seconds, 440).map(
      (value, index) => value * (1 + 0.5 * Math.sin((2 * Math.PI * 0.7 * index) / rateHz)),
    );
    mixInto(scene, atLevel(noise(seconds, random), -20), 0);
    return atLevel(scene, levelDb);
  },
};

const kinds: Readonly<Record<string, (random: Random) => Signal>> = { clap, speech, music };

/** A clap's level is that of the 46 ms that hold it; of the longer sounds it is that of the whole. */
const clapWindow = 2_048;

const backgroundsDb = [-65, -55, -45, -38, -30];
const riseDb = { least: 12, most: 32 };
const soundsPerScene = 12;

/** One scene for every kind of sound, background and background level, 12 sounds in each. */
export function* soundScenes(): Generator<Scene> {
  let seed = 1;
  for (const [kind, make] of Object.entries(kinds)) {
    for (const [name, background] of Object.entries(backgrounds)) {
      for (const levelDb of backgroundsDb) {
        seed += 1;
        const random = createRandom(seed);
        const signal = background(2 + soundsPerScene * 4, levelDb, random);
        const sounds: [number, number][] = [];
        for (let count = 0; count < soundsPerScene; count += 1) {
          const at = Math.round((2 + count * 4 + random()) * rateHz);
          const over = riseDb.least + ((riseDb.most - riseDb.least) * count) / (soundsPerScene - 1);
          const window = kind === "clap" ? clapWindow : undefined;
          const sound = atLevel(make(random), levelDb + over, window);
          mixInto(signal, sound, at);
          sounds.push([at, at + sound.length]);
        }
        yield { name: `${kind} over ${name} at ${levelDb} dBFS`, signal, sounds };
      }
    }
  }
}

/** Steady backgrounds without any sound. */
export function* steadyScenes(seconds: number): Generator<Scene> {
  let seed = 1_000;
  for (const [name, background] of Object.entries(backgrounds)) {
    for (const levelDb of backgroundsDb) {
      seed += 1;
      const signal = background(seconds, levelDb, createRandom(seed));
      yield { name: `${name} at ${levelDb} dBFS`, signal, sounds: [] };
    }
  }
  yield { name: "digital silence", signal: silence(seconds), sounds: [] };
}

/** A background that rises by 15 dB and stays: one event, with claps before, at and after it. */
export function stepScene(): Scene {
  const random = createRandom(77);
  const signal = atLevel(noise(40, random), -55);
  mixInto(signal, atLevel(noise(25, random), -40), 15 * rateHz);
  const sounds = [5, 10, 18, 20, 23, 30].map((second) => {
    const sound = atLevel(clap(random), second < 15 ? -35 : -22, clapWindow);
    mixInto(signal, sound, second * rateHz);
    return [second * rateHz, second * rateHz + sound.length] as const;
  });
  return { name: "15 dB step", signal, sounds: [...sounds, [15 * rateHz, 15.5 * rateHz]] };
}
