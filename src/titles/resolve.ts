import { boundedDistance } from "./distance.js";
import { exactOwners } from "./exact-owners.js";
import { foldArtist, foldTitle } from "./fold.js";
import { joinedOwners, suggestJoined } from "./joined-artist.js";
import { findNear, type NearTitle } from "./near-titles.js";
import { bareNoteStarts } from "./notes.js";
import { numberWords } from "./number-words.js";
import { readQuery, type TitleQuery } from "./parse-query.js";
import type { FoldedReading, RankedOwner } from "./rank-owners.js";
import type { TitleIndex } from "./title-index.js";

/** A song and how sure it is, 0 to 1. */
export interface ScoredSong {
  readonly ordinal: number;
  readonly score: number;
}

/** What a query was resolved to. Songs appear once, whatever the number of their releases. */
export type Resolution =
  | {
      readonly outcome: "accepted";
      readonly ordinal: number;
      readonly score: number;
      /** The title agrees, is mistyped, or is given in part. */
      readonly kind: "exact" | "fuzzy" | "partial";
      /** At most 5. */
      readonly alternatives: readonly ScoredSong[];
    }
  | {
      readonly outcome: "not_found";
      /** At most 5. */
      readonly suggestions: readonly ScoredSong[];
    };

const maxListed = 5;
const wrongArtistScore = 0.5;
/** Shorter words are near to too many others to be mistyped numbers. */
const minNumberLength = 4;

/**
 * Finds the song that a query means, or says that there is none and what might be meant.
 *
 * An exact title wins over a mistyped one, the query as a whole over its parts. Among several
 * artists of one title the most popular song comes first, then the one without other words in
 * brackets, then the lowest ordinal. A song of
 * another artist than the one asked for is never accepted, only suggested. The answer for one
 * query and catalogue is always the same; no text makes it throw.
 */
export function resolveTitle(index: TitleIndex, query: TitleQuery): Resolution {
  const readings: FoldedReading[] = [];
  const exact =
    bestExact(index, remember(foldReadings(query), readings)) ??
    bestExact(index, readings.flatMap(withoutBareNotes));
  if (exact !== undefined) return accept(exact);
  const [literal] = readings;
  if (literal === undefined) return { outcome: "not_found", suggestions: [] };
  const corrected = readings.flatMap((reading) => withCorrectedNumbers(index, reading));
  const correctedExact = bestExact(index, corrected);
  if (correctedExact !== undefined) return accept(correctedExact);
  if (literal.artist === undefined) {
    const owners = joinedOwners(index, literal.title.key);
    if (owners.length > 0) return accept(owners);
  }
  const near = findNear(index, [...readings, ...corrected]);
  const [best] = near.accepted;
  if (best !== undefined) {
    const { ordinal, score, kind } = best;
    return {
      outcome: "accepted",
      ordinal,
      score,
      kind,
      alternatives: listOthers(near.all, ordinal),
    };
  }
  const namesakes = readings
    .filter((reading) => reading.artist !== undefined)
    .flatMap((reading) => exactOwners(index, { title: reading.title, artist: undefined }))
    .map(({ ordinal }) => ({ ordinal, score: wrongArtistScore }));
  const others = [...near.all, ...joinedSuggestions(index, readings)];
  const sorted = others.toSorted((a, b) => b.score - a.score);
  return { outcome: "not_found", suggestions: listOthers([...namesakes, ...sorted], -1) };
}

/** Without any sign of an artist one may stand there; the shortest reading has no "play …". */
function joinedSuggestions(index: TitleIndex, readings: readonly FoldedReading[]): ScoredSong[] {
  if (readings[0]?.artist !== undefined) return [];
  const keys = readings.flatMap(({ title, artist }) => (artist === undefined ? [title.key] : []));
  const [shortest = ""] = keys.sort((a, b) => a.length - b.length);
  return suggestJoined(index, shortest);
}

function* foldReadings(query: TitleQuery): Generator<FoldedReading> {
  for (const { title, artist } of readQuery(query)) {
    const folded = foldTitle(title);
    const foldedArtist = artist === undefined ? "" : foldArtist(artist);
    if (folded.core === "") continue;
    yield { title: folded, artist: foldedArtist === "" ? undefined : foldedArtist };
  }
}

/** Passes items on and keeps them. */
function* remember<T>(items: Iterable<T>, kept: T[]): Generator<T> {
  for (const item of items) {
    kept.push(item);
    yield item;
  }
}

/** The first reading that the catalogue has; one whose artist fits fully wins over the others. */
function bestExact(
  index: TitleIndex,
  readings: Iterable<FoldedReading>,
): RankedOwner[] | undefined {
  let best: RankedOwner[] | undefined;
  for (const reading of readings) {
    const owners = exactOwners(index, reading);
    const fit = owners[0]?.artistFit ?? 0;
    const isBetter = fit > (best?.[0]?.artistFit ?? 0);
    if (isBetter && (best === undefined || reading.artist !== undefined)) best = owners;
    if (fit === 1) return best;
  }
  return best;
}

/** "little girl lp version" → "little girl". */
function withoutBareNotes({ title, artist }: FoldedReading): FoldedReading[] {
  const words = title.key.split(" ");
  return bareNoteStarts(words).map((start) => {
    const notes = words.slice(start).join(" ");
    return { title: { ...foldTitle(words.slice(0, start).join(" ")), notes }, artist };
  });
}

/** "seveyteen" → "17": a number word must be right before it can be written in digits. */
function withCorrectedNumbers(
  index: TitleIndex,
  { title, artist }: FoldedReading,
): FoldedReading[] {
  const words = title.key.split(" ");
  const corrected = words.map((word) =>
    word.length < minNumberLength || index.hasWord(word)
      ? word
      : (numberWords.find((number) => boundedDistance(word, number, 1) === 1) ?? word),
  );
  if (corrected.every((word, position) => word === words[position])) return [];
  return [{ title: foldTitle(corrected.join(" ")), artist }];
}

function accept(owners: readonly RankedOwner[]): Resolution {
  const songs = owners.slice(0, maxListed + 1).map(({ ordinal, titleFit, artistFit }) => ({
    ordinal,
    score: titleFit * (0.7 + 0.3 * artistFit),
  }));
  const [{ ordinal, score } = { ordinal: 0, score: 0 }, ...alternatives] = songs;
  return { outcome: "accepted", ordinal, score, kind: "exact", alternatives };
}

function listOthers(songs: readonly (ScoredSong | NearTitle)[], accepted: number): ScoredSong[] {
  const listed = new Map<number, ScoredSong>();
  for (const { ordinal, score } of songs) {
    if (ordinal !== accepted && !listed.has(ordinal)) listed.set(ordinal, { ordinal, score });
    if (listed.size === maxListed) break;
  }
  return [...listed.values()];
}
