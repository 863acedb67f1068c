/** How wide each column of a table of results is; one of 0 is left out. */
export interface ResultLayout {
  readonly title: number;
  readonly artist: number;
  readonly year: number;
  readonly similarity: number;
  readonly why: number;
}

/** The columns that the texts of a table would take, the longest of each. */
export type WantedColumns = Pick<ResultLayout, "title" | "artist" | "why">;

export const rankColumns = 3;
/** Between two columns. */
export const gapColumns = 2;
const yearColumns = 4;
/** Of its head; the number takes four. */
const similarityColumns = 7;

/** The widest that the columns of names grow where there is room, and beside a `why`. */
const maxName = 36;
const maxNameBesideWhy = 24;
/** With less room than this they say nothing any more. */
const leastWhy = 12;
const leastName = 12;

/**
 * Fits a table into a terminal. What is dearest stays longest: `why` is shortened and left out
 * first, then names are shortened, then the year goes, the artist, and the similarity.
 *
 * @param columns the terminal's width
 */
export function layOutResults(columns: number, wanted: WantedColumns): ResultLayout {
  for (const widest of [maxName, maxNameBesideWhy]) {
    const names = capNames(wanted, widest);
    const why = columns - widthOf({ ...names, ...numbers, why: 0 }) - gapColumns;
    if (why >= Math.min(leastWhy, wanted.why)) return { ...names, ...numbers, why };
  }
  const names = capNames(wanted, maxName);
  for (const year of [yearColumns, 0]) {
    const rest = { ...numbers, year, why: 0 };
    const room = columns - widthOf({ ...rest, title: 1, artist: 1 }) + 2;
    if (room >= 2 * leastName) return { ...rest, ...shareRoom(room, names) };
  }
  const room = columns - rankColumns - gapColumns;
  const besideSimilarity = room - similarityColumns - gapColumns;
  const isTiny = besideSimilarity < leastName;
  return {
    title: Math.max(1, Math.min(isTiny ? room : besideSimilarity, names.title)),
    artist: 0,
    year: 0,
    similarity: isTiny ? 0 : similarityColumns,
    why: 0,
  };
}

const numbers = { year: yearColumns, similarity: similarityColumns };

function widthOf(layout: ResultLayout): number {
  return Object.values(layout)
    .filter((width) => width > 0)
    .reduce((sum, width) => sum + gapColumns + width, rankColumns);
}

function capNames({ title, artist }: WantedColumns, widest: number) {
  return { title: Math.min(title, widest), artist: Math.min(artist, widest) };
}

/** Who wants less than half leaves the rest to the other. */
function shareRoom(room: number, names: Pick<ResultLayout, "title" | "artist">) {
  const artist = Math.min(names.artist, Math.max(Math.floor(room / 2), room - names.title));
  return { title: Math.min(names.title, room - artist), artist };
}
