import { createGrowingArray } from "../titles/growing-array.js";
import type { FeatureColumns } from "./feature-columns.js";
import type { SongInput } from "./song-input.js";
import { createTextIds } from "./text-ids.js";

/** A song with what its texts were folded to. */
export interface FoldedRecording {
  readonly song: SongInput;
  /** From `workOf`. */
  readonly work: string;
  /** The folded notes on the release: "live", "2009 remaster"; empty when there are none. */
  readonly notes: string;
}

/** Tells which songs of a source are one recording, and which are versions of one work. */
export interface Recordings {
  /** Takes the next song in; `false` when the recording is there already. */
  add(recording: FoldedRecording): boolean;
  /** Hands over the work of each song, from 0; once, after the last. */
  takeWorks(): Uint32Array;
}

const NONE = 0;
/** Releases of one recording differ in the silence at their ends. */
const nearDurationS = 2;
/**
 * No work has more recordings that a source would repeat; a title such as "Untitled" by "Unknown"
 * can have a million songs, and each cannot be compared with all.
 */
const maxCompared = 256;

/**
 * Creates the empty register. A song and one of the last 256 of its work are one recording when all
 * their features are equal, or when they have the same notes, durations of at most 2 s apart and
 * features that a second measurement could give. Everything else is a version and stays: hidden in
 * results, never merged.
 *
 * The songs of a work are a chain, so that a song is compared with those alone.
 *
 * @param columns has the features of all songs taken in before
 */
export function createRecordings(columns: FeatureColumns): Recordings {
  const workIds = createTextIds();
  const noteIds = createTextIds();
  const works = createGrowingArray((length) => new Uint32Array(length));
  const notes = createGrowingArray((length) => new Uint32Array(length));
  const durations = createGrowingArray((length) => new Float32Array(length));
  // Rows count from 1 here, so that 0 can end a chain.
  const latest = createGrowingArray((length) => new Uint32Array(length));
  const previous = createGrowingArray((length) => new Uint32Array(length));

  function isRepeated(song: SongInput, row: number, note: number): boolean {
    if (columns.isSame(row, song.features)) return true;
    if (notes.at(row) !== note) return false;
    // An unknown duration is NaN, which is near to nothing.
    const apart = Math.abs(durations.at(row) - (song.durationS ?? Number.NaN));
    return apart <= nearDurationS && columns.isNear(row, song.features);
  }

  return {
    add({ song, work: key, notes: noteText }) {
      const work = workIds.idOf(key);
      const note = noteIds.idOf(noteText);
      const isNew = work === latest.length;
      const chain = isNew ? NONE : latest.at(work);
      let compared = 0;
      for (let row = chain; row !== NONE && compared < maxCompared; row = previous.at(row - 1)) {
        if (isRepeated(song, row - 1, note)) return false;
        compared += 1;
      }
      works.push(work);
      notes.push(note);
      durations.push(song.durationS ?? Number.NaN);
      previous.push(chain);
      if (isNew) latest.push(works.length);
      else latest.set(work, works.length);
      return true;
    },
    takeWorks: () => works.take(),
  };
}
