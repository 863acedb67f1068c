import { foldTitle, type FoldedTitle } from "./fold.js";
import { indexWords } from "./index-words.js";
import { hashArtist } from "./key-hash.js";
import { judge, thresholdsFor, type Judgement } from "./judge.js";
import { rankOwners, type FoldedReading } from "./rank-owners.js";
import { compareTitles } from "./similarity.js";
import type { TitleIndex } from "./title-index.js";

/** A song whose title is near to what was asked. */
export interface NearTitle {
  readonly ordinal: number;
  readonly score: number;
  readonly kind: "fuzzy" | "partial";
}

/** Near titles, the best first. */
export interface NearTitles {
  /** Those good enough to be the answer. */
  readonly accepted: readonly NearTitle[];
  readonly all: readonly NearTitle[];
}

/** Readings are followed while they have no more words than this altogether: time is bounded. */
const maxWordsOfReadings = 40;
/** Owners of one near title whose names are compared with the artist that was asked for. */
const maxComparedOwners = 12;
/** In the first round, in which most queries are settled, and in the second. */
const maxCandidates = [10, 20] as const;
/** Titles that are less similar are no help even as suggestions. */
const minScore = 0.35;
const maxOwnersPerTitle = 6;
/** A part of a title must fit this much better to one title than to any other. */
const partialMargin = 0.1;

interface Candidate extends NearTitle {
  readonly core: string;
  readonly popularity: number;
  readonly isAcceptable: boolean;
  readonly isContained: boolean;
}

/** Looks for mistyped and partly given titles. */
export function findNear(index: TitleIndex, readings: readonly FoldedReading[]): NearTitles {
  let all: Candidate[] = [];
  const asked = affordable(readings);
  const foldedTitle = rememberFolded(index);
  for (const [round, limit] of maxCandidates.entries()) {
    const correctKnownWords = round > 0;
    // What the first round has looked up by its letters needs no second look.
    if (correctKnownWords && !asked.some((reading) => hasKnownWord(index, reading))) break;
    all = asked
      .flatMap((reading) => {
        const ordinals = index.similar(reading.title.core, { limit, correctKnownWords });
        return candidatesOf(index, reading, ordinals.map(foldedTitle));
      })
      .sort((a, b) => b.score - a.score || b.popularity - a.popularity || a.ordinal - b.ordinal);
    const accepted = all.filter(
      (candidate) => candidate.isAcceptable && !isAmbiguous(candidate, all),
    );
    if (accepted.length > 0) return { accepted, all };
  }
  return { accepted: [], all };
}

/** The first reading, and others while their words are few. */
function affordable(readings: readonly FoldedReading[]): readonly FoldedReading[] {
  let words = 0;
  return readings.filter((reading, position) => {
    words += indexWords(reading.title.core).length;
    return position === 0 || words <= maxWordsOfReadings;
  });
}

function hasKnownWord(index: TitleIndex, { title }: FoldedReading): boolean {
  return indexWords(title.core).some((word) => index.hasWord(word));
}

/** Folds titles of songs; the rounds and the readings meet the same ones. */
function rememberFolded(index: TitleIndex): (ordinal: number) => FoldedTitle {
  const remembered = new Map<number, FoldedTitle>();
  return (ordinal) => {
    const folded = remembered.get(ordinal) ?? foldTitle(index.songText(ordinal).title);
    remembered.set(ordinal, folded);
    return folded;
  };
}

function candidatesOf(
  index: TitleIndex,
  reading: FoldedReading,
  titles: readonly FoldedTitle[],
): Candidate[] {
  const seen = new Set<string>();
  const found: Candidate[] = [];
  const { title: asked, artist } = reading;
  const { titleCount } = index;
  const thresholds = thresholdsFor({ hasArtist: artist !== undefined, titleCount });
  for (const title of titles) {
    for (const core of [title.core, title.otherCore]) {
      if (core === undefined || seen.has(core)) continue;
      seen.add(core);
      const pairs = [[asked.core, core] as const];
      // The article itself may be mistyped: "teh wall".
      const mayHideArticle = core === title.core && asked.key === asked.core;
      if (mayHideArticle && title.key !== core) pairs.push([asked.key, title.key]);
      for (const [left, right] of pairs) {
        const judgement = judge(compareTitles(left, right, index), thresholds);
        found.push(...ownersOf(index, { reading, core, judgement }));
      }
    }
  }
  return found;
}

function ownersOf(
  index: TitleIndex,
  near: {
    readonly reading: FoldedReading;
    readonly core: string;
    readonly judgement: Judgement;
  },
): Candidate[] {
  const { reading, core, judgement } = near;
  const { kind, isAcceptable, isContained } = judgement;
  if (judgement.score < minScore) return [];
  const artistHash = reading.artist === undefined ? undefined : hashArtist(reading.artist);
  const candidates = index
    .owners(core)
    .filter(
      (owner, position) =>
        artistHash === undefined || position < maxComparedOwners || owner.artistHash === artistHash,
    );
  const owners = rankOwners(index, candidates, reading);
  return owners.slice(0, maxOwnersPerTitle).map(({ ordinal, artistFit, popularity }) => ({
    kind,
    isAcceptable,
    isContained,
    ordinal,
    popularity,
    core,
    score: judgement.score * (0.7 + 0.3 * artistFit),
  }));
}

function isAmbiguous(candidate: Candidate, all: readonly Candidate[]): boolean {
  if (candidate.kind === "fuzzy") return false;
  return all.some(
    (other) =>
      other.isContained &&
      other.core !== candidate.core &&
      other.score > candidate.score - partialMargin,
  );
}
