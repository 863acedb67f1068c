import { type FeatureWords, knownFeatures } from "./features.js";

/** Reads one feature of any song, in the feature's unit; `undefined` is unknown. */
export type FeatureReader<Song> = (song: Song) => number | undefined;

/** Tempos this near are called the same. */
export const SAME_TEMPO_BPM = 1;
/** Half or double time is said when the tempo is off from it by at most this share. */
export const OCTAVE_TOLERANCE = 0.03;
/** Up to this difference of tempo other differences are worth more words. */
const LITTLE_TEMPO_BPM = 8;
/** Above this difference tempo is the first thing heard. */
const MUCH_TEMPO_BPM = 30;

/** More than there are whole BPM in the range of a tempo. */
const mostTempos = 512;

/** How much a phrase tells a person, the most telling the highest. */
const telling = { much: 5, plain: 4, octave: 3, little: 2, sameTempo: 2.5, same: 1 } as const;

interface Phrase {
  readonly text: string;
  readonly telling: number;
}

/** Fills the places of phrases that are not there. */
const nothing: Phrase = { text: "", telling: 0 };

const sameTempo: Phrase = { text: "same tempo", telling: telling.sameTempo };

/** All that can be said of one feature, made once: a query picks ten times out of each. */
interface FeaturePhrases {
  readonly same: Phrase;
  readonly more: Changes;
  readonly less: Changes;
  /** The limits of the words, in the feature's unit. */
  readonly limits: Pick<FeatureWords, "same" | "little" | "much">;
}

interface Changes {
  readonly little: Phrase;
  readonly plain: Phrase;
  readonly much: Phrase;
}

/**
 * Says in plain words how a result sounds beside the seed: "tempo +3 BPM", "same energy".
 *
 * At most three phrases, the most telling first; tempo is always among them when both songs have
 * one. Features that either song lacks are left out; empty when no feature with words is known to
 * both.
 */
export type Explain<Song> = (seed: Song) => (result: Song) => readonly string[];

/**
 * Prepares the words for a catalogue.
 *
 * @param readerOf how to read a feature off a song; `undefined` for one that the catalogue does not
 *   have. Features without words are not asked for
 */
export function createExplain<Song>(
  readerOf: (feature: string) => FeatureReader<Song> | undefined,
): Explain<Song> {
  const tempoOf = readerOf("tempo") ?? (() => undefined);
  const described = knownFeatures.flatMap(({ name, words }) => {
    const read = words === undefined ? undefined : readerOf(name);
    return words === undefined || read === undefined ? [] : [{ read, phrases: phrasesOf(words) }];
  });
  return (seed) => {
    const seedTempo = tempoOf(seed);
    const seedValues = described.map(({ read }) => read(seed));
    return (result) => {
      // More than three phrases nobody reads.
      const kept = [nothing, nothing, nothing];
      const tempo = tempoPhrase(seedTempo, tempoOf(result));
      if (tempo !== undefined) keep(kept, tempo);
      let position = 0;
      for (const { read, phrases } of described) {
        const from = seedValues[position++];
        const to = from === undefined ? undefined : read(result);
        if (from !== undefined && to !== undefined)
          keep(kept, differencePhrase(phrases, to - from));
      }
      if (tempo !== undefined && !kept.includes(tempo)) kept[kept.length - 1] = tempo;
      return textsOf(kept);
    };
  };
}

/** Puts a phrase behind those that tell as much; the least telling one falls out. */
function keep(kept: Phrase[], phrase: Phrase): void {
  let place = kept.length;
  while (place > 0 && (kept[place - 1] ?? nothing).telling < phrase.telling) place -= 1;
  if (place === kept.length) return;
  for (let last = kept.length - 1; last > place; last -= 1) kept[last] = kept[last - 1] ?? nothing;
  kept[place] = phrase;
}

function textsOf(phrases: readonly Phrase[]): readonly string[] {
  const [first = nothing, second = nothing, third = nothing] = phrases;
  // As a rule there are three, and an array that is as long from the beginning.
  if (third !== nothing) return [first.text, second.text, third.text];
  return phrases.filter((phrase) => phrase !== nothing).map(({ text }) => text);
}

function phrasesOf(words: FeatureWords): FeaturePhrases {
  const changesTo = (change: string): Changes => ({
    little: { text: `a little ${change}`, telling: telling.little },
    plain: { text: change, telling: telling.plain },
    much: { text: `much ${change}`, telling: telling.much },
  });
  return {
    same: { text: `same ${words.noun}`, telling: telling.same },
    more: changesTo(words.more),
    less: changesTo(words.less),
    limits: words,
  };
}

function differencePhrase(
  { same, more, less, limits }: FeaturePhrases,
  difference: number,
): Phrase {
  const size = Math.abs(difference);
  const changes = difference > 0 ? more : less;
  if (size <= limits.same) return same;
  if (size <= limits.little) return changes.little;
  return size <= limits.much ? changes.plain : changes.much;
}

function tempoPhrase(from: number | undefined, to: number | undefined): Phrase | undefined {
  if (from === undefined || to === undefined) return undefined;
  const difference = to - from;
  const size = Math.abs(difference);
  if (size <= SAME_TEMPO_BPM) return sameTempo;
  if (isNear(to, from / 2)) return { text: halfTempo(to), telling: telling.octave };
  if (isNear(to, from * 2)) return { text: doubleTempo(to), telling: telling.octave };
  const text = difference > 0 ? fasterBy(size) : slowerBy(size);
  return { text, telling: tellingOfTempo(size) };
}

const halfTempo = tempoText("half the tempo (", " BPM)");
const doubleTempo = tempoText("double the tempo (", " BPM)");
const fasterBy = tempoText("tempo +", " BPM");
const slowerBy = tempoText("tempo -", " BPM");

/** Writes a tempo in whole BPM between two texts; there are few hundred, which are remembered. */
function tempoText(before: string, after: string): (tempo: number) => string {
  const known = new Map<number, string>();
  return (tempo) => {
    const rounded = Math.round(tempo);
    const text = known.get(rounded);
    if (text !== undefined) return text;
    const written = `${before}${rounded}${after}`;
    if (known.size < mostTempos) known.set(rounded, written);
    return written;
  };
}

function tellingOfTempo(size: number): number {
  if (size <= LITTLE_TEMPO_BPM) return telling.sameTempo;
  return size <= MUCH_TEMPO_BPM ? telling.plain : telling.much;
}

function isNear(tempo: number, target: number): boolean {
  return Math.abs(tempo - target) <= target * OCTAVE_TOLERANCE;
}
