import { createRowJoiner, type CutRow } from "./join-lines.js";
import type { Dialect, Quoting } from "./split-row.js";

/** What the beginning of a text tells about how its rows are cut. */
export interface FoundDialect extends Dialect {
  /** Cells of most rows, at least 2. */
  readonly fields: number;
  /** Share of the rows that have so many. */
  readonly share: number;
  /** The sample, cut. */
  readonly rows: readonly CutRow[];
}

/** One line of a sample. */
export interface SampleLine {
  readonly text: string;
  readonly line: number;
}

/** `<SEP>` is what the text files of the Million Song Dataset use. */
const delimiters = ["<SEP>", ",", ";", "\t", "|"] as const;
/** Below this share of equally long rows, what was found is chance and not a table. */
const leastShare = 0.5;
/** A first row as long as the others speaks for a delimiter as much as this share of rows. */
const headerShare = 0.3;

/**
 * Finds the delimiter that cuts the sample into rows of one length, with quotes and without.
 *
 * @returns undefined when none does: the text is not a table
 */
export function findDialect(lines: readonly SampleLine[]): FoundDialect | undefined {
  let best: { found: FoundDialect; score: number } | undefined;
  for (const delimiter of delimiters) {
    if (!lines.some(({ text }) => text.includes(delimiter))) continue;
    for (const quoting of likelyQuotings(lines, delimiter)) {
      const found = cutSample(lines, { delimiter, quoting });
      if (found === undefined) continue;
      const score = scoreOf(found);
      if (best === undefined || isBetter({ found, score }, best)) best = { found, score };
    }
  }
  return best?.found;
}

function isBetter(
  a: { readonly found: FoundDialect; readonly score: number },
  b: { readonly found: FoundDialect; readonly score: number },
): boolean {
  if (Math.abs(a.score - b.score) > 0.005) return a.score > b.score;
  return a.found.fields > b.found.fields;
}

function scoreOf({ rows, fields, share }: FoundDialect): number {
  return share + (rows[0]?.cells?.length === fields ? headerShare : 0);
}

/** Cuts the sample in one dialect; undefined when most rows are not of one length. */
export function cutSample(
  lines: readonly SampleLine[],
  dialect: Dialect,
): FoundDialect | undefined {
  const rows: CutRow[] = [];
  const joiner = createRowJoiner(dialect, 0, (row) => rows.push(row));
  for (const { text, line } of lines) joiner.push(text, line);
  joiner.finish();
  const counts = new Map<number, number>();
  for (const { cells } of rows) {
    if (cells !== undefined) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  }
  const [fields, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  const share = count / Math.max(1, rows.length);
  return fields < 2 || share < leastShare ? undefined : { ...dialect, fields, share, rows };
}

/**
 * The ways of quoting worth a trial, the likelier first (it wins when both cut equally well).
 *
 * Quotes that protect something speak for RFC 4180, above all in the first row, which is a header in
 * most files; quotes within unquoted cells speak against it.
 */
function likelyQuotings(lines: readonly SampleLine[], delimiter: string): readonly Quoting[] {
  if (delimiter === "<SEP>") return ["none"];
  const escaped = delimiter.replaceAll(/[|]/gu, String.raw`\$&`);
  const bytes = new RegExp(`(?:^|${escaped})"b(?:'|"[^"])`, "u");
  const quoted = lines.filter(({ text }) => text.includes('"'));
  if (quoted.some(({ text }) => bytes.test(text))) return ["python", "doubled"];
  const cell = new RegExp(`(?:^|${escaped}) *"(?:[^"]|"")*" *(?=${escaped}|$)`, "gu");
  const isClean = ({ text }: SampleLine): boolean => !text.replaceAll(cell, "").includes('"');
  const clean = quoted.filter(isClean).length;
  const [header] = lines;
  const isHeaderQuoted = header !== undefined && header === quoted[0] && isClean(header);
  const backslashed = quoted.filter(({ text }) => text.includes(String.raw`\"`)).length;
  const doubled: Quoting = backslashed > 0 && clean < quoted.length ? "backslash" : "doubled";
  const isLikely = isHeaderQuoted || clean * 2 >= quoted.length;
  return isLikely ? [doubled, "none"] : ["none", doubled];
}
