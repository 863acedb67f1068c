import type { SongJson } from "../contract/encode-reply.js";

/** A song as people know it. */
export interface Song {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  /** `undefined` when the catalogue does not know it. */
  readonly year: number | undefined;
}

/** A song near another one. */
export interface Neighbour {
  /** The song's number in the catalogue, 0 to size - 1. */
  readonly ordinal: number;
  /** In robust standard deviations, 0 or more. */
  readonly distance: number;
}

/** A song that a query may mean. */
export interface Candidate {
  readonly ordinal: number;
  /** How well it matches, 0 to 1. */
  readonly score: number;
}

/** What became of a title. */
export type TitleAnswer =
  | {
      readonly outcome: "accepted";
      readonly ordinal: number;
      readonly score: number;
      readonly kind: "exact" | "fuzzy" | "partial";
      readonly alternatives: readonly Candidate[];
    }
  | { readonly outcome: "not_found"; readonly suggestions: readonly Candidate[] };

/** What the recommender needs from a catalogue. Everything is synchronous and quick. */
export interface SongSource {
  /** The columns that can be filtered: `year` and the features. */
  readonly columns: readonly string[];
  /** Finds the song that a title means. */
  resolve(query: { readonly title: string; readonly artist?: string | undefined }): TitleAnswer;
  ordinalOfId(id: string): number | undefined;
  songs(ordinals: readonly number[]): readonly Song[];
  /** The same as text for a reply. */
  encodedSongs(ordinals: readonly number[]): readonly SongJson[];
  /** The same for all releases and versions of one song by one artist. */
  workOf(ordinal: number): number;
  artistOf(ordinal: number): number;
  /** In single precision; `undefined` when the value is not known. */
  valueOf(ordinal: number, column: string): number | undefined;
  /** The nearest songs without the seed, ascending; fewer than `count` only when there are no more. */
  nearest(seed: number, count: number): readonly Neighbour[];
  /** Offers every song that is accepted but the seed, by ascending ordinals: exact and slower. */
  scan(
    seed: number,
    options: {
      readonly accept: (ordinal: number) => boolean;
      readonly offer: (ordinal: number, distance: number) => void;
    },
  ): void;
  /** Prepares to say in plain words, a few phrases each, how other songs differ from a seed. */
  explain(seed: number): (other: number) => readonly string[];
}
