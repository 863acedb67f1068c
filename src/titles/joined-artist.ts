import { exactOwners } from "./exact-owners.js";
import { foldArtist, foldTitle } from "./fold.js";
import { findNear } from "./near-titles.js";
import type { FoldedReading, RankedOwner } from "./rank-owners.js";
import type { TitleIndex } from "./title-index.js";

const maxJoinedWords = 16;
/** A name that stands beside the title without any sign must be complete. */
const minJoinedArtistFit = 0.95;
/** Near titles are looked for in shorter queries only: each way to part the words is a search. */
const maxSuggestedWords = 6;
/** Of all letters; a title that is less of the query says little about it. */
const minTitleShare = 0.3;
const titleAloneScore = 0.5;

/** A song that may have been meant. */
interface Suggestion {
  readonly ordinal: number;
  readonly score: number;
}

/** Owners for "bohemian rhapsody queen" and "queen bohemian rhapsody": the longest title first. */
export function joinedOwners(index: TitleIndex, key: string): RankedOwner[] {
  for (const reading of joinedReadings(key)) {
    const owners = exactOwners(index, reading).filter(
      (owner) => owner.artistFit >= minJoinedArtistFit,
    );
    if (owners.length > 0) return owners;
  }
  return [];
}

/**
 * What "umbrela rihanna" and "umbrella rihana" may mean, the likeliest first: titles near to some
 * of the words whose artist is near to the others, and the longest title among the words, whoever
 * sings it.
 */
export function suggestJoined(index: TitleIndex, key: string): Suggestion[] {
  const readings = [...joinedReadings(key)];
  const isShort = key.split(" ").length <= maxSuggestedWords;
  const near = isShort ? findNear(index, readings).all : [];
  const alone = readings
    .filter(({ title }) => title.key.length >= minTitleShare * key.length)
    .map(({ title }) => exactOwners(index, { title, artist: undefined }))
    .find((owners) => owners.length > 0);
  const titles = (alone ?? []).map(({ ordinal }) => ({ ordinal, score: titleAloneScore }));
  return [...near, ...titles].sort((a, b) => b.score - a.score);
}

function* joinedReadings(key: string): Generator<FoldedReading> {
  const words = key.split(" ").slice(0, maxJoinedWords);
  for (let length = words.length - 1; length > 0; length -= 1) {
    for (const start of [0, words.length - length]) {
      const title = foldTitle(words.slice(start, start + length).join(" "));
      const others = [...words.slice(0, start), ...words.slice(start + length)];
      const artist = foldArtist(others.join(" "));
      if (title.core !== "" && artist !== "") yield { title, artist };
    }
  }
}
