import { exactOwners } from "./exact-owners.js";
import { foldArtist, foldTitle } from "./fold.js";
import { judge, thresholdsFor } from "./judge.js";
import { rankOwners, type FoldedReading, type RankedOwner } from "./rank-owners.js";
import { compareTitles } from "./similarity.js";
import type { TitleIndex } from "./title-index.js";

const maxJoinedWords = 16;
/** A name that stands beside the title without any sign must be complete. */
const minJoinedArtistFit = 0.95;
/** Near titles are looked for in shorter queries only: each way to part the words is a search. */
const maxSuggestedWords = 5;
const maxNearTitles = 5;
/** Owners of one near title whose names are compared with the artist. */
const maxComparedOwners = 12;
const minNearScore = 0.5;
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
  const near = isShort ? readings.flatMap((reading) => nearSongs(index, reading)) : [];
  const alone = readings
    .filter(({ title }) => title.key.length >= minTitleShare * key.length)
    .map(({ title }) => exactOwners(index, { title, artist: undefined }))
    .find((owners) => owners.length > 0);
  const titles = (alone ?? []).map(({ ordinal }) => ({ ordinal, score: titleAloneScore }));
  return [...near, ...titles].sort((a, b) => b.score - a.score);
}

/** Songs whose title is near, and whose artist is: without the second look of `findNear`, for speed. */
function nearSongs(index: TitleIndex, reading: FoldedReading): Suggestion[] {
  const asked = reading.title.core;
  const thresholds = thresholdsFor({ hasArtist: true, titleCount: index.titleCount });
  const ordinals = index.similar(asked, { limit: maxNearTitles, correctKnownWords: false });
  return ordinals.flatMap((near) => {
    const { core } = foldTitle(index.songText(near).title);
    const { score } = judge(compareTitles(asked, core, index), thresholds);
    if (score < minNearScore) return [];
    const owners = index.owners(core).slice(0, maxComparedOwners);
    return rankOwners(index, owners, reading).map(({ ordinal, artistFit }) => ({
      ordinal,
      score: score * (0.7 + 0.3 * artistFit),
    }));
  });
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
