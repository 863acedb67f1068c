import { artistMatch, minArtistMatch } from "./artist-match.js";
import { foldArtist, type FoldedTitle } from "./fold.js";
import { hashArtist, wordingTag } from "./key-hash.js";
import type { TitleIndex, TitleOwner } from "./title-index.js";

/** A reading of a query, folded. */
export interface FoldedReading {
  readonly title: FoldedTitle;
  /** From `foldArtist`; absent when no artist was asked for. */
  readonly artist: string | undefined;
}

/** One artist's song of a title, by the release that fits best. */
export interface RankedOwner {
  readonly ordinal: number;
  /** How exactly the title agrees, 0.95 to 1: an article or another common wording costs a little. */
  readonly titleFit: number;
  /** From `artistMatch`; 1 when no artist was asked for. */
  readonly artistFit: number;
  /** 0 unknown, else 1 to 255. */
  readonly popularity: number;
}

/** Most different artists whose names are compared letter by letter. */
const maxComparedArtists = 60;
const otherWordingFit = 0.95;
const otherArticleFit = 0.97;

/**
 * The songs of one title, one for each artist, the likeliest first: by artist when one is asked
 * for, by how exactly the title agrees, by popularity, by what stands in brackets, by ordinal.
 * Owners of another name than the one asked for are left out.
 */
export function rankOwners(
  index: TitleIndex,
  owners: readonly TitleOwner[],
  asked: FoldedReading,
): RankedOwner[] {
  const wording = wordingTag(asked.title.key);
  const notes = asked.title.notes === "" ? 0 : wordingTag(asked.title.notes);
  const works = owners.length === 1 ? owners : sortWorks(owners, { wording, notes });
  const ranked = (owner: TitleOwner, artistFit: number): RankedOwner => ({
    ordinal: owner.ordinal,
    titleFit: titleFit(owner, wording),
    artistFit,
    popularity: owner.popularity,
  });
  if (asked.artist === undefined) return works.map((owner) => ranked(owner, 1));
  return byArtist(index, works, asked.artist)
    .map(([owner, fit]) => ranked(owner, fit))
    .sort((a, b) => b.artistFit - a.artistFit);
}

/** The release of each artist that fits best, the likeliest artist first. */
function sortWorks(
  owners: readonly TitleOwner[],
  { wording, notes }: { readonly wording: number; readonly notes: number },
): readonly TitleOwner[] {
  const compareReleases = (a: TitleOwner, b: TitleOwner) =>
    titleFit(b, wording) - titleFit(a, wording) ||
    noteFit(b, notes) - noteFit(a, notes) ||
    b.popularity - a.popularity ||
    a.ordinal - b.ordinal;
  const bestRelease = new Map<number, TitleOwner>();
  for (const owner of owners) {
    const best = bestRelease.get(owner.artistHash);
    if (best === undefined || compareReleases(owner, best) < 0) {
      bestRelease.set(owner.artistHash, owner);
    }
  }
  return [...bestRelease.values()].sort(
    (a, b) =>
      titleFit(b, wording) - titleFit(a, wording) ||
      b.popularity - a.popularity ||
      // "Money" is Pink Floyd's rather than "Money (That's What I Want)".
      noteFit(b, notes) - noteFit(a, notes) ||
      a.ordinal - b.ordinal,
  );
}

function byArtist(
  index: TitleIndex,
  works: readonly TitleOwner[],
  artist: string,
): [TitleOwner, number][] {
  const fitting: [TitleOwner, number][] = [];
  const hash = hashArtist(artist);
  for (const [position, owner] of works.entries()) {
    if (position >= maxComparedArtists && owner.artistHash !== hash) continue;
    const fit = artistMatch(artist, foldArtist(index.songText(owner.ordinal).artist));
    if (fit >= minArtistMatch) fitting.push([owner, fit]);
  }
  return fitting;
}

function titleFit(owner: TitleOwner, wording: number): number {
  if (owner.wording === wording) return 1;
  return owner.wording === 0 ? otherWordingFit : otherArticleFit;
}

/** The release with the same notes, else the one without any, else any other. */
function noteFit(owner: TitleOwner, notes: number): number {
  if (owner.notes === notes) return 2;
  return owner.notes === 0 ? 1 : 0;
}
