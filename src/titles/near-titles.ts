import { foldTitle } from "./fold.js";
import { rankOwners, type FoldedReading } from "./rank-owners.js";
import { compareTitles, type Similarity } from "./similarity.js";
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

const maxReadings = 8;
const maxCandidates = 24;
const maxOwnersPerTitle = 6;
const minSpelling = 0.78;
const minSpellingWithArtist = 0.66;
const minContained = 0.8;
const minCovered = 0.35;
const minCoveredWithArtist = 0.2;
/** A part of a title must fit this much better to one title than to any other. */
const partialMargin = 0.1;

interface Candidate extends NearTitle {
  readonly popularity: number;
  readonly core: string;
  readonly isAcceptable: boolean;
}

/** Looks for mistyped and partly given titles. */
export function findNear(index: TitleIndex, readings: readonly FoldedReading[]): NearTitles {
  const all: Candidate[] = [];
  for (const correctKnownWords of [false, true]) {
    for (const reading of readings.slice(0, maxReadings)) {
      all.push(...candidatesOf(index, reading, correctKnownWords));
    }
    all.sort((a, b) => b.score - a.score || b.popularity - a.popularity || a.ordinal - b.ordinal);
    const accepted = all.filter(
      (candidate) => candidate.isAcceptable && !isAmbiguous(candidate, all),
    );
    if (accepted.length > 0) return { accepted, all };
  }
  return { accepted: [], all };
}

function candidatesOf(
  index: TitleIndex,
  reading: FoldedReading,
  correctKnownWords: boolean,
): Candidate[] {
  const seen = new Set<string>();
  const found: Candidate[] = [];
  const asked = reading.title.core;
  for (const ordinal of index.similar(asked, { limit: maxCandidates, correctKnownWords })) {
    const title = foldTitle(index.songText(ordinal).title);
    for (const core of [title.core, title.otherCore]) {
      if (core === undefined || seen.has(core)) continue;
      seen.add(core);
      found.push(
        ...ownersOf(index, { reading, core, similarity: compareTitles(asked, core, index) }),
      );
    }
  }
  return found;
}

function ownersOf(
  index: TitleIndex,
  near: {
    readonly reading: FoldedReading;
    readonly core: string;
    readonly similarity: Similarity;
  },
): Candidate[] {
  const { reading, core, similarity } = near;
  const hasArtist = reading.artist !== undefined;
  const partial = partialScore(similarity);
  const isFuzzy = similarity.spelling >= (hasArtist ? minSpellingWithArtist : minSpelling);
  const isPartial =
    similarity.contained >= minContained &&
    similarity.covered >= (hasArtist ? minCoveredWithArtist : minCovered);
  const kind = isFuzzy || (!isPartial && similarity.spelling >= partial) ? "fuzzy" : "partial";
  const score = kind === "fuzzy" ? similarity.spelling : partial;
  const owners = rankOwners(index, index.owners(core), reading);
  return owners.slice(0, maxOwnersPerTitle).map(({ ordinal, artistFit, popularity }) => ({
    ordinal,
    popularity,
    kind,
    core,
    score: score * (0.7 + 0.3 * artistFit),
    isAcceptable: isFuzzy || isPartial,
  }));
}

function partialScore({ contained, covered }: Similarity): number {
  return contained ** 2 * (0.5 + 0.45 * covered);
}

function isAmbiguous(candidate: Candidate, all: readonly Candidate[]): boolean {
  if (candidate.kind === "fuzzy") return false;
  return all.some(
    (other) => other.core !== candidate.core && other.score > candidate.score - partialMargin,
  );
}
