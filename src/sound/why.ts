import { type FeatureWords, knownFeatures } from "./features.js";

/** Looks a song's feature up by name, in the feature's unit; `undefined` is unknown. */
export type FeatureLookup = (feature: string) => number | undefined;

/** More than this many phrases nobody reads. */
const MOST_PHRASES = 3;

/** Tempos this near are called the same. */
export const SAME_TEMPO_BPM = 1;
/** Half or double time is said when the tempo is off from it by at most this share. */
export const OCTAVE_TOLERANCE = 0.03;
/** Up to this difference of tempo other differences are worth more words. */
const LITTLE_TEMPO_BPM = 8;
/** Above this difference tempo is the first thing heard. */
const MUCH_TEMPO_BPM = 30;

/** How much a phrase tells a person, the most telling the highest. */
const telling = { much: 5, plain: 4, octave: 3, little: 2, sameTempo: 2.5, same: 1 } as const;

interface Phrase {
  readonly text: string;
  readonly telling: number;
}

/**
 * Says in plain words how a result sounds beside the seed: "tempo +3 BPM, same energy".
 *
 * At most three phrases, the most telling first; tempo is always among them when both songs have
 * one. Features that either song lacks are left out; empty when no feature with words is known to
 * both.
 */
export type Explain = (seed: FeatureLookup) => (result: FeatureLookup) => string;

/** Prepares the words for a catalogue with these features; those without words are never asked for. */
export function createExplain(featureNames: readonly string[]): Explain {
  const named = new Set(featureNames);
  const described = knownFeatures.flatMap(({ name, words }) =>
    words !== undefined && named.has(name) ? [{ name, words }] : [],
  );
  return (seed) => {
    const seedTempo = seed("tempo");
    const known = described.flatMap(({ name, words }) => {
      const from = seed(name);
      return from === undefined ? [] : [{ name, words, from }];
    });
    return (result) => {
      const kept: Phrase[] = [];
      const tempo = tempoPhrase(seedTempo, result("tempo"));
      if (tempo !== undefined) keep(kept, tempo);
      for (const { name, words, from } of known) {
        const to = result(name);
        if (to !== undefined) keep(kept, differencePhrase(words, to - from));
      }
      if (tempo !== undefined && !kept.includes(tempo)) kept[MOST_PHRASES - 1] = tempo;
      return kept.map(({ text }) => text).join(", ");
    };
  };
}

/** Inserts a phrase behind those that tell as much, and drops the least telling one too many. */
function keep(kept: Phrase[], phrase: Phrase): void {
  let place = kept.length;
  while (place > 0 && (kept[place - 1]?.telling ?? 0) < phrase.telling) place -= 1;
  if (place >= MOST_PHRASES) return;
  kept.splice(place, 0, phrase);
  if (kept.length > MOST_PHRASES) kept.pop();
}

function differencePhrase(words: FeatureWords, difference: number): Phrase {
  const size = Math.abs(difference);
  const change = difference > 0 ? words.more : words.less;
  if (size <= words.same) return { text: `same ${words.noun}`, telling: telling.same };
  if (size <= words.little) return { text: `a little ${change}`, telling: telling.little };
  if (size <= words.much) return { text: change, telling: telling.plain };
  return { text: `much ${change}`, telling: telling.much };
}

function tempoPhrase(from: number | undefined, to: number | undefined): Phrase | undefined {
  if (from === undefined || to === undefined) return undefined;
  const difference = to - from;
  const size = Math.abs(difference);
  if (size <= SAME_TEMPO_BPM) return { text: "same tempo", telling: telling.sameTempo };
  if (isNear(to, from / 2)) return octavePhrase("half the tempo", to);
  if (isNear(to, from * 2)) return octavePhrase("double the tempo", to);
  const sign = difference > 0 ? "+" : "-";
  return {
    text: `tempo ${sign}${Math.round(size)} BPM`,
    telling: tellingOfTempo(size),
  };
}

function tellingOfTempo(size: number): number {
  if (size <= LITTLE_TEMPO_BPM) return telling.sameTempo;
  return size <= MUCH_TEMPO_BPM ? telling.plain : telling.much;
}

function octavePhrase(text: string, tempo: number): Phrase {
  return { text: `${text} (${Math.round(tempo)} BPM)`, telling: telling.octave };
}

function isNear(tempo: number, target: number): boolean {
  return Math.abs(tempo - target) <= target * OCTAVE_TOLERANCE;
}
