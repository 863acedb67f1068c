import type { Similarity } from "./similarity.js";

/** How good an answer a similar title is. */
export interface Judgement {
  readonly kind: "fuzzy" | "partial";
  /** 0 to 1; below 1 even where all slips are of the most usual kind. */
  readonly score: number;
  /** Whether it may be the answer; otherwise it is only a suggestion. */
  readonly isAcceptable: boolean;
  /** Whether all that was asked is in the title, so that it rivals other such titles. */
  readonly isContained: boolean;
}

/** The least similarities at which a title is taken for the one that was meant. */
export interface Thresholds {
  readonly spelling: number;
  /** Share of the title's weight that a phrase of common words must cover. */
  readonly phrase: number;
  /** How much less a phrase must cover for each unit of rarity above `commonRarity`. */
  readonly rarityBonus: number;
  /** The same share for words that do not stand side by side. */
  readonly words: number;
  /** The same for a single word. */
  readonly singleWord: number;
}

/** Only an exact title is sure. */
const mostWhenMistyped = 0.99;

/** Up to this rarity a word is common: in about one of a hundred titles out of 10,000. */
const commonRarity = 0.6;

/** Without an artist the title is all the evidence. Chosen on data: see docs/titles.md. */
const titleOnly: Thresholds = {
  spelling: 0.76,
  phrase: 0.56,
  rarityBonus: 1,
  words: 0.8,
  singleWord: 0.8,
};
/** Among few titles a near one is seldom there by chance. */
const titleOnlyOfFew: Thresholds = { ...titleOnly, spelling: 0.75, singleWord: 0.5 };
const few = 1000;
/** An artist that agrees is evidence too. */
const withArtist: Thresholds = {
  spelling: 0.6,
  phrase: 0.2,
  rarityBonus: 0,
  words: 0.3,
  singleWord: 0.2,
};

/** The thresholds for a query with or without an artist, in a catalogue of so many titles. */
export function thresholdsFor(asked: {
  readonly hasArtist: boolean;
  readonly titleCount: number;
}): Thresholds {
  if (asked.hasArtist) return withArtist;
  return asked.titleCount <= few ? titleOnlyOfFew : titleOnly;
}

/** Decides what a similar title is worth. */
export function judge(similarity: Similarity, thresholds: Thresholds): Judgement {
  const { spelling, contained, covered, isContained } = similarity;
  const partial = contained ** 2 * (0.5 + 0.45 * covered);
  const isFuzzy = spelling >= thresholds.spelling;
  const isPartial = isContained && covered >= neededCover(similarity, thresholds);
  const kind = isFuzzy || (!isPartial && spelling >= partial) ? "fuzzy" : "partial";
  return {
    kind,
    score: kind === "fuzzy" ? Math.min(spelling, mostWhenMistyped) : partial,
    isAcceptable: isFuzzy || isPartial,
    isContained,
  };
}

function neededCover(similarity: Similarity, thresholds: Thresholds): number {
  const { askedWords, isPhrase, rarity } = similarity;
  if (askedWords === 1) return thresholds.singleWord;
  if (!isPhrase) return thresholds.words;
  return thresholds.phrase - thresholds.rarityBonus * Math.max(0, rarity - commonRarity);
}
