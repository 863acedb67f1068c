import type { Similarity } from "./similarity.js";

/** How good an answer a similar title is. */
export interface Judgement {
  readonly kind: "fuzzy" | "partial";
  /** 0 to 1. */
  readonly score: number;
  /** Whether it may be the answer; otherwise it is only a suggestion. */
  readonly isAcceptable: boolean;
  /** Whether all that was asked is in the title, so that it rivals other such titles. */
  readonly isContained: boolean;
}

/** The least similarities at which a title is taken for the one that was meant. */
export interface Thresholds {
  readonly spelling: number;
  /** Share of the title's weight that a phrase out of it must cover. */
  readonly phrase: number;
  /** The same for words that do not stand side by side. */
  readonly words: number;
  /** The same for a single word. */
  readonly singleWord: number;
}

/** Without an artist the title is all the evidence. Chosen on data: see docs/titles.md. */
export const titleOnly: Thresholds = { spelling: 0.75, phrase: 0.5, words: 0.8, singleWord: 0.7 };
/** An artist that agrees is evidence too. */
export const withArtist: Thresholds = { spelling: 0.6, phrase: 0.2, words: 0.3, singleWord: 0.2 };

/** Decides what a similar title is worth. */
export function judge(similarity: Similarity, thresholds: Thresholds): Judgement {
  const { spelling, contained, covered, isContained } = similarity;
  const partial = contained ** 2 * (0.5 + 0.45 * covered);
  const isFuzzy = spelling >= thresholds.spelling;
  const isPartial = isContained && covered >= neededCover(similarity, thresholds);
  const kind = isFuzzy || (!isPartial && spelling >= partial) ? "fuzzy" : "partial";
  return {
    kind,
    score: kind === "fuzzy" ? spelling : partial,
    isAcceptable: isFuzzy || isPartial,
    isContained,
  };
}

function neededCover({ askedWords, isPhrase }: Similarity, thresholds: Thresholds): number {
  if (askedWords === 1) return thresholds.singleWord;
  return isPhrase ? thresholds.phrase : thresholds.words;
}
