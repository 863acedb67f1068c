/**
 * The seam between reading a song file and understanding it: `format/` makes tables of bytes,
 * `columns/` finds out what they mean.
 */

/** One cell: text as in the file (decoded), a number where the format has numbers, undefined where there is none. */
export type Cell = string | number | undefined;

/** One row of a table. */
export interface TableRow {
  /** Where it came from: 23 (a line of text), "row 23" (HDF5), "document tracks/x.json". */
  readonly place: string | number;
  /** One for each column of the table. */
  readonly cells: readonly Cell[];
}

/** Why a row could not be read as one. */
export type RowProblem = "short" | "long" | "shifted" | "unreadable" | "too_long";

/** Some rows at a time, up to about 1,000, so that a million of them cost no million promises. */
export interface TableBatch {
  readonly rows: readonly TableRow[];
  /** What was skipped, in the order of the file. */
  readonly problems: readonly { readonly place: string | number; readonly problem: RowProblem }[];
  /** Bytes of the source consumed up to here (compressed bytes for .gz), for the progress bar. */
  readonly bytes: number;
}

/** What a format makes of a source. */
export interface SongTable {
  /** For people: "text, separated by commas, UTF-8, CRLF". */
  readonly format: string;
  /**
   * Names as the file gives them, "" where it gives none; made-up names ("column 3") never. Dotted
   * paths for nested documents ("rhythm.bpm").
   */
  readonly columns: readonly string[];
  /**
   * Meaning by column index, known where the format itself defines it: the fields of HDF5 and
   * AcousticBrainz files, the four of unique_tracks.
   */
  readonly known?: ReadonlyMap<number, string>;
  /** Each loop reads from the beginning; ending it early closes the source. */
  readonly batches: AsyncIterable<TableBatch>;
}

/** One table of one source (a zip holds several). */
export interface OpenedSource {
  /** For people: file name, or "songs.csv in data.zip". */
  readonly name: string;
  /** Bytes in all where known. */
  readonly totalBytes: number | undefined;
  /**
   * SHA-256 of the file as it was given (of the zip, where it is a file in a zip) in hexadecimal
   * digits. A download knows it; otherwise the first call reads the file.
   */
  readonly sha256?: () => Promise<string>;
  /**
   * Recognises the format and begins to read.
   *
   * @throws EarshotError `bad_song_file` when it is not a song file, naming what was found
   */
  table(): Promise<SongTable>;
}
