import { hash } from "node:crypto";

/** One song as a reader hands it to the builder. */
export interface SongInput {
  /** Stable and unique within the file; derived from artist and title when absent. */
  readonly id?: string | undefined;
  readonly title: string;
  readonly artist: string;
  /** Absent when unknown. */
  readonly year?: number | undefined;
  /** 0 to 1, absent when unknown; decides between songs of one title. */
  readonly popularity?: number | undefined;
  /** In seconds, absent when unknown; not stored: it only tells recordings of one work apart. */
  readonly durationS?: number | undefined;
  /** Values by feature name, each in its feature's unit; a feature that is unknown is left out. */
  readonly features: Readonly<Record<string, number>>;
}

/**
 * Songs that are at hand, or that are read: these in batches, because to wait for each by itself
 * would take as long as to make it.
 */
export type SongStream = Iterable<SongInput> | AsyncIterable<readonly SongInput[]>;

/** 48 bits: among a million songs, one accidental pair of equal ids in 500 catalogues. */
const derivedIdDigits = 12;

/**
 * The id of a song whose file gives none: the same for the same artist and title in every build.
 *
 * Not always unique (an artist can have two songs of one title); the builder then appends a number.
 */
export function deriveSongId({ artist, title }: SongInput): string {
  const text = `${artist.normalize("NFC").trim()}\0${title.normalize("NFC").trim()}`;
  return hash("sha256", text).slice(0, derivedIdDigits);
}
