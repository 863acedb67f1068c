import { boundedDistance } from "./distance.js";
import { squeeze } from "./fold.js";

/** Below this, two names are taken for different artists. */
export const minArtistMatch = 0.7;

const containedMatch = 0.9;
const minTellingLength = 3;
/** Words that say nothing when they are all that two names share. */
const joining: ReadonlySet<string> = new Set("and the of his her feat y et und".split(" "));

/**
 * How well the name that was asked for fits an artist: 1 the same, 0.9 one of several names or a
 * part of it ("bowie" for "Queen & David Bowie"), less for mistyped names, 0 for another artist.
 *
 * @param asked, name what `foldArtist` returned
 */
export function artistMatch(asked: string, name: string): number {
  if (asked === "" || name === "") return 0;
  const left = squeeze(asked);
  const right = squeeze(name);
  if (left === right) return 1;
  if (contains(name, asked) || contains(asked, name)) return containedMatch;
  const length = Math.max(left.length, right.length);
  const limit = Math.floor(length * (1 - minArtistMatch));
  const distance = boundedDistance(left, right, limit);
  if (distance <= limit) return 1 - distance / length;
  return wordMatch(asked.split(" "), name.split(" "));
}

/** Whether all words of `part` are words of `whole`, one of them telling. */
function contains(whole: string, part: string): boolean {
  const words = new Set(whole.split(" "));
  const parts = part.split(" ");
  return (
    parts.every((word) => words.has(word)) &&
    parts.some((word) => word.length >= minTellingLength && !joining.has(word))
  );
}

/** "freddy mercury queen" for "queen": every word of the shorter name is nearly in the other. */
function wordMatch(left: readonly string[], right: readonly string[]): number {
  const [few, many] = left.length <= right.length ? [left, right] : [right, left];
  let letters = 0;
  let edits = 0;
  for (const word of few) {
    const limit = word.length >= 5 ? 1 : 0;
    const nearest = Math.min(...many.map((other) => boundedDistance(word, other, limit)));
    if (nearest > limit) return 0;
    letters += word.length;
    edits += nearest;
  }
  return letters < minTellingLength + 1 ? 0 : containedMatch - edits / letters;
}
