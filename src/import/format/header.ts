import { isNumberLike, isUnknown } from "./cell-kind.js";

type Row = readonly string[];

/**
 * Tells whether the first row holds names: in the columns whose other cells are all of one kind
 * (numbers, or ids of one length), it is a row of data when its own cells are of that kind too.
 * Where no column tells, the first row is taken for names, as in nearly every file.
 */
export function isHeader(first: Row, others: readonly Row[]): boolean {
  let names = 0;
  let data = 0;
  for (const [index, cell] of first.entries()) {
    if (isUnknown(cell)) continue;
    const known = others.map((row) => row[index] ?? "").filter((other) => !isUnknown(other));
    const kind = kindOf(known);
    if (kind === undefined) continue;
    if (kind(cell)) data++;
    else names++;
  }
  return names >= data;
}

/** What all cells of a column have in common: a test for one more; undefined when nothing. */
function kindOf(cells: readonly string[]): ((cell: string) => boolean) | undefined {
  if (cells.length === 0) return undefined;
  const numbers = cells.filter((cell) => isNumberLike(cell)).length;
  if (numbers >= cells.length * 0.9) return isNumberLike;
  const [{ length } = ""] = cells;
  const isIdLike = (cell: string) =>
    cell.length === length && /\d/u.test(cell) && !/\s/u.test(cell);
  return length >= 8 && cells.every((cell) => isIdLike(cell)) ? isIdLike : undefined;
}

/**
 * The names of a header as the file gives them, blanks at the ends and the mark of a comment before
 * the first (`%genre`, `# artist`) taken off.
 */
export function namesOf(header: Row): string[] {
  return header.map((name, index) =>
    (index === 0 ? name.replace(/^\s*[%#]+(?=.)/u, "") : name).trim(),
  );
}

/**
 * Fits the names to rows of another length: a name more or less than there are cells.
 *
 * R writes no name for the row's own name in front; some programs end every row, or the header
 * alone, with a delimiter.
 *
 * @param fields cells of most rows
 */
export function fitNames(names: readonly string[], rows: readonly Row[], fields: number): string[] {
  const lastIsEmpty = rows.every((row) => row.length < fields || row.at(-1) === "");
  if (names.length === fields - 1 && !lastIsEmpty) return ["", ...names];
  const width = lastIsEmpty ? fields - 1 : fields;
  const surplus = names.slice(width);
  return surplus.every((name) => name === "") ? names.slice(0, width) : [...names];
}

/** Up to eight columns, nearly always with a number: where text stands in them, a row is shifted. */
export function findNumberColumns(rows: readonly Row[], fields: number): readonly number[] {
  const whole = rows.filter((row) => row.length >= fields);
  const columns: number[] = [];
  for (let index = 0; index < fields; index++) {
    const known = whole.map((row) => row[index] ?? "").filter((cell) => !isUnknown(cell));
    const numbers = known.filter((cell) => isNumberLike(cell)).length;
    if (known.length * 2 >= whole.length && numbers >= known.length * 0.9) columns.push(index);
  }
  const step = Math.max(1, columns.length / 8);
  return Array.from(
    { length: Math.min(8, columns.length) },
    (_, place) => columns[Math.floor(place * step)] ?? 0,
  );
}
