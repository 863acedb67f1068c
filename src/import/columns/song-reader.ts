import type { SongInput } from "../../catalogue/song-input.js";
import { featureOf } from "../../sound/features.js";
import type { Cell, TableRow } from "../table.js";
import { type CellReader, cellOf, type ColumnPlan } from "./column-plan.js";
import { isSongField, type SongField } from "./fields.js";
import { createTally, type Tally } from "./tally.js";

/** Why a row that could be read is no song. */
export type RowSkip = "no_title" | "no_artist" | "no_feature" | "shifted";

/** Makes songs of the rows of one table and counts what it saw. */
export interface SongReader {
  read(row: TableRow): SongInput | RowSkip;
  /** What was seen in each column, in the order of the plan. */
  readonly tallies: readonly Tally[];
}

interface NumberSlot extends Pick<ColumnPlan, "index" | "others"> {
  readonly name: string;
  readonly reader: Extract<CellReader, { kind: "number" }>;
  readonly tally: Tally;
  /** Whether a 0 means nothing in a song whose danceability is 0, which was not analysed. */
  readonly isShare: boolean;
}

/** A row of text where numbers belong has slipped by a column, or is a header in the middle. */
const slippedShare = 0.5;
const enoughToSlip = 3;

/** Creates the reader for a table whose columns are understood. */
export function createSongReader(taken: readonly ColumnPlan[]): SongReader {
  const tallies = taken.map(({ read }) => createTally(read));
  const textOf = textReader(taken, tallies);
  const slots = numberSlots(taken, tallies);
  const features = slots.flatMap((slot, position) =>
    isSongField(slot.name) ? [] : [{ ...slot, position }],
  );
  const dance = slots.findIndex(({ name }) => name === "danceability");
  const raw = new Float64Array(slots.length);
  const values = new Float64Array(slots.length);
  const known = (position: number): number | undefined => {
    const value = values[position];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };
  const placeOf = (field: SongField) => slots.findIndex(({ name }) => name === field);
  const [year, popularity, duration] = [
    placeOf("year"),
    placeOf("popularity"),
    placeOf("duration"),
  ];
  return {
    tallies,
    read({ cells }) {
      const title = textOf.title(cells);
      const artist = textOf.artist(cells);
      const unreadable = readNumbers(slots, cells, { raw, values, dance });
      if (slots.length >= enoughToSlip && unreadable > slots.length * slippedShare)
        return "shifted";
      if (title === "") return "no_title";
      if (artist === "") return "no_artist";
      const found: Record<string, number> = {};
      let count = 0;
      for (const { name, position } of features) {
        const value = known(position);
        if (value === undefined) continue;
        found[name] = value;
        count += 1;
      }
      if (count === 0) return "no_feature";
      const id = textOf.id(cells);
      return {
        // A conditional spread here would cost seven times the whole rest of the row.
        id: id === "" ? undefined : id,
        title,
        artist,
        year: known(year),
        popularity: known(popularity),
        durationS: known(duration),
        features: found,
      };
    },
  };
}

function numberSlots(taken: readonly ColumnPlan[], tallies: readonly Tally[]): NumberSlot[] {
  return taken.flatMap(({ index, others, field, read }, position): NumberSlot[] => {
    const tally = tallies[position];
    if (read.kind !== "number" || tally === undefined) return [];
    const isShare = featureOf(field).unit === "0..1" && field !== "average_loudness";
    return [{ index, others, name: field, reader: read, tally, isShare }];
  });
}

/**
 * Fills in the numbers of a row, as they are written and as they are meant; NaN is unknown.
 *
 * @returns how many cells held no number
 */
function readNumbers(
  slots: readonly NumberSlot[],
  cells: readonly Cell[],
  { raw, values, dance }: RowNumbers,
): number {
  let unreadable = 0;
  let position = 0;
  for (const slot of slots) {
    const value = slot.reader.read(cellOf(slot, cells));
    if (value === undefined) unreadable += 1;
    raw[position] = value ?? missing;
    position += 1;
  }
  const isAnalysed = dance === -1 || raw[dance] !== 0;
  position = 0;
  for (const { reader, tally, isShare } of slots) {
    const value = raw[position] ?? missing;
    const isLost = value === 0 && isShare && !isAnalysed;
    values[position] = isLost
      ? tally.addUnanalysed()
      : tally.addNumber(value === missing ? undefined : value, reader);
    position += 1;
  }
  return unreadable;
}

/** Room for the numbers of one row, and the place of the danceability among them, or -1. */
interface RowNumbers {
  readonly raw: Float64Array;
  readonly values: Float64Array;
  readonly dance: number;
}

/** Stands for a cell that holds no number; parsed numbers are finite or NaN. */
const missing = Infinity;

type TextField = "title" | "artist" | "id";

function textReader(
  taken: readonly ColumnPlan[],
  tallies: readonly Tally[],
): Readonly<Record<TextField, (cells: readonly Cell[]) => string>> {
  const readerOf = (field: TextField) => {
    const position = taken.findIndex((plan) => plan.field === field);
    const plan = taken[position];
    const tally = tallies[position];
    if (plan?.read.kind !== "text" || tally === undefined) return () => "";
    const { read } = plan.read;
    return (cells: readonly Cell[]) => tally.addText(read(cellOf(plan, cells)));
  };
  return { title: readerOf("title"), artist: readerOf("artist"), id: readerOf("id") };
}
