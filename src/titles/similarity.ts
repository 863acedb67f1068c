import { boundedDistance } from "./distance.js";
import { indexWords } from "./index-words.js";
import { allowedEdits } from "./vocabulary.js";

/** What is known about words: the part of a title index that comparing needs. */
export interface WordKnowledge {
  weightOf(word: string): number;
  hasWord(word: string): boolean;
}

/** How near a title is to what was asked. */
export interface Similarity {
  /** 1 for equal letters, less by mistyped ones; 0 when they differ by more than a third. */
  readonly spelling: number;
  /** How much of the query's weight is in the title, 0 to 1. */
  readonly contained: number;
  /** How much of the title's weight is in the query, 0 to 1. */
  readonly covered: number;
}

const largestDifference = 0.35;
/** What a mistyped word counts that is another word of the vocabulary: people mean what they say. */
const knownWordPenalty = 1;
const firstLetterPenalty = 0.3;
/** Doubling a letter, or not, is the commonest slip. */
const doubledLetterRelief = 0.5;
const mistypedShare = 0.85;
const repeated = /(.)\1+/gu;

/** Compares two folded titles. */
export function compareTitles(asked: string, title: string, words: WordKnowledge): Similarity {
  const alignment = alignWords(indexWords(asked), indexWords(title), words);
  return {
    spelling: spellingSimilarity(asked, title, alignment.penalty),
    contained: alignment.contained,
    covered: alignment.covered,
  };
}

function spellingSimilarity(asked: string, title: string, penalty: number): number {
  const length = Math.max(asked.length, title.length);
  const limit = Math.max(1, Math.floor(length * largestDifference));
  const distance = boundedDistance(asked, title, limit);
  if (distance > limit) return 0;
  const isDoubled = distance > 0 && undouble(asked) === undouble(title);
  const edits = Math.max(0, distance - (isDoubled ? doubledLetterRelief : 0)) + penalty;
  return Math.max(0, 1 - edits / length);
}

interface Alignment {
  readonly contained: number;
  readonly covered: number;
  readonly penalty: number;
}

function alignWords(
  asked: readonly string[],
  title: readonly string[],
  knowledge: WordKnowledge,
): Alignment {
  const free = new Set(title);
  let askedWeight = 0;
  let found = 0;
  let covered = 0;
  let penalty = 0;
  const mistyped: string[] = [];
  for (const word of asked) {
    const weight = knowledge.weightOf(word);
    if (!free.delete(word)) {
      mistyped.push(word);
      continue;
    }
    askedWeight += weight;
    found += weight;
    covered += weight;
  }
  for (const word of mistyped) {
    const near = nearestOf(word, free);
    const isKnown = knowledge.hasWord(word);
    if (near === undefined) {
      askedWeight += knowledge.weightOf(word);
      continue;
    }
    free.delete(near);
    const weight = knowledge.weightOf(near);
    askedWeight += weight;
    found += weight * (isKnown ? mistypedShare ** 2 : mistypedShare);
    covered += weight;
    penalty += isKnown ? knownWordPenalty : 0;
    penalty += word.charCodeAt(0) === near.charCodeAt(0) ? 0 : firstLetterPenalty;
  }
  let titleWeight = covered;
  for (const word of free) titleWeight += knowledge.weightOf(word);
  return {
    contained: askedWeight === 0 ? 0 : found / askedWeight,
    covered: titleWeight === 0 ? 0 : covered / titleWeight,
    penalty,
  };
}

function nearestOf(word: string, candidates: Iterable<string>): string | undefined {
  let limit = allowedEdits(word.length);
  let nearest: string | undefined;
  for (const candidate of candidates) {
    const distance = boundedDistance(word, candidate, limit);
    if (distance > limit || limit === 0) continue;
    nearest = candidate;
    limit = distance - 1;
  }
  return nearest;
}

function undouble(text: string): string {
  return text.replaceAll(repeated, "$1");
}
