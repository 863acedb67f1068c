import type { SongInput } from "../catalogue/song-input.js";
import type { ColumnReport, ImportReport, SkipReason, SourceReport } from "../import/report.js";
import { featureOf } from "../sound/features.js";
import { count, countOf } from "./numbers.js";
import { columnsOf, fitColumns, printable } from "./printable.js";

const reasons: Readonly<Record<SkipReason, string>> = {
  short: "cut off, fields are missing",
  long: "more fields than columns",
  shifted: "slipped by a column: text where numbers belong",
  unreadable: "not readable",
  too_long: "longer than any song's line",
  no_title: "no title",
  no_artist: "no artist",
  no_feature: "nothing known about its sound",
  repeated_id: "its id was in a file before",
};

/**
 * The report of an import for a terminal.
 *
 * @param columns how wide it may be; a longer line is cut
 */
export function formatReport(report: ImportReport, columns: number): string {
  const lines = [
    ...report.sources.flatMap((source) => [...formatSource(source, columns), ""]),
    ...report.unusable.flatMap(({ reason }) => [...wrap("! ", reason, columns), ""]),
    ...formatSamples(report.samples),
  ];
  return lines.map((line) => `${fitColumns(printable(line), columns).trimEnd()}\n`).join("");
}

function formatSource(source: SourceReport, columns: number): string[] {
  const taken = source.columns.filter(({ taken_as }) => taken_as !== undefined);
  const left = source.columns.filter(({ taken_as }) => taken_as === undefined);
  return [
    `${source.name}: ${source.format}`,
    `  ${countOf(source.rows, "row")} read, ${countOf(source.songs, "song")} kept`,
    ...formatSkipped(source.skipped),
    "",
    `  ${tableLine(["column", "taken for", "range", "unknown"])}`,
    ...gatherNumbered(taken).flatMap((column) => formatTaken(column, columns)),
    ...(left.length === 0 ? [] : ["", "  left out"]),
    ...left.flatMap((column) => {
      const mark = column.warning === true ? "!" : " ";
      const name = `${mark} ${fitColumns(printable(column.column), nameColumns)}  `;
      return [...wrap(name, column.left_out ?? "", columns), ...formatOdd(column, columns)];
    }),
  ];
}

/** Text in lines of so many columns, the first behind `start`, the others below its beginning. */
function wrap(start: string, text: string, columns: number): string[] {
  const indent = " ".repeat(columnsOf(start));
  const lines: string[] = [];
  let line = start;
  let isEmpty = true;
  for (const word of printable(text).split(" ")) {
    if (!isEmpty && columnsOf(line) + 1 + columnsOf(word) > columns) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

function formatSkipped(skipped: SourceReport["skipped"]): string[] {
  return skipped.map(({ reason, count: times, places }) => {
    const more = times > mostPlaces ? " …" : "";
    const where = `${listPlaces(places.slice(0, mostPlaces))}${more}`;
    return `  ${count(times)} left out: ${reasons[reason]} (${where})`;
  });
}

const mostPlaces = 3;

/** Lines of a text have numbers; places of other formats say themselves what they are. */
function listPlaces(places: readonly (string | number)[]): string {
  const isText = places.every((place) => typeof place === "number");
  return `${isText ? (places.length > 1 ? "lines " : "line ") : ""}${places.join(", ")}`;
}
const nameColumns = 22;

function tableLine([column, field, range, unknown]: readonly [
  string,
  string,
  string,
  string,
]): string {
  return `${fitColumns(column, nameColumns)}  ${fitColumns(field, 24)}  ${fitColumns(range, 20)}  ${unknown}`;
}

function formatTaken(column: ColumnReport, columns: number): string[] {
  const { taken_as: field = "", form, least, most, unknown_share: unknown = 0 } = column;
  const isRanged = least !== undefined && most !== undefined;
  const range = isRanged ? `${short(least)} to ${short(most)}${unitOf(field)}` : "";
  const name = form === undefined ? field : `${field} (${form})`;
  const mark = column.warning === true ? "!" : " ";
  return [
    `${mark} ${tableLine([column.column, name, range, percent(unknown)])}`,
    ...formatOdd(column, columns),
  ];
}

/** What does not fit what the column was taken for, where there is anything. */
function formatOdd(column: ColumnReport, columns: number): string[] {
  const { impossible = 0, unreadable = 0, other_scale: other } = column;
  const said = [
    ...(impossible === 0 ? [] : [countOf(impossible, "impossible value")]),
    ...(unreadable === 0 ? [] : [`${countOf(unreadable, "cell")} without a number`]),
  ];
  const rows =
    other === undefined
      ? []
      : [
          `rows ${count(other.from)} to ${count(other.to)} hold another scale: several exports in one file? Import them apart, or leave the column out with --map`,
        ];
  const start = " ".repeat(nameColumns + 4);
  return [...(said.length === 0 ? [] : [said.join(", ")]), ...rows].flatMap((text) =>
    wrap(start, text, columns),
  );
}

function unitOf(field: string): string {
  if (field === "duration") return " s";
  const { unit } = featureOf(field);
  return unit === "BPM" || unit === "dB" || unit === "LUFS" ? ` ${unit}` : "";
}

/** Columns that differ in a number at the end of their names are shown as one line. */
function gatherNumbered(columns: readonly ColumnReport[]): readonly ColumnReport[] {
  const gathered: ColumnReport[] = [];
  let run: ColumnReport[] = [];
  const close = (): void => {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return;
    if (run.length < 4) gathered.push(...run);
    else {
      gathered.push({
        column: `${first.column} … ${last.column}`,
        taken_as: `${run.length} features`,
        unknown_share: Math.max(...run.map(({ unknown_share: share = 0 }) => share)),
      });
    }
    run = [];
  };
  for (const column of columns) {
    if (stemOf(column) !== stemOf(run.at(-1)) || stemOf(column) === "") close();
    run.push(column);
  }
  close();
  return gathered;
}

function stemOf(column: ColumnReport | undefined): string {
  return /^(.*\D)\d+$/u.exec(column?.taken_as ?? "")?.[1] ?? "";
}

function formatSamples(samples: readonly SongInput[]): string[] {
  if (samples.length === 0) return [];
  return ["  songs to look at", ...samples.map((song) => `  ${formatSong(song)}`)];
}

const mostFeatures = 4;

function formatSong({ title, artist, year, features }: SongInput): string {
  const shown = Object.entries(features)
    .sort(([a], [b]) => importanceOf(a) - importanceOf(b))
    .slice(0, mostFeatures)
    .map(([name, value]) => `${name} ${short(value)}`);
  return `${title} by ${artist}${year === undefined ? "" : ` (${year})`}: ${shown.join(", ")}`;
}

const classic = ["tempo", "energy", "danceability", "loudness", "valence", "acousticness"];

function importanceOf(feature: string): number {
  const place = classic.indexOf(feature);
  return place === -1 ? classic.length : place;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function percent(share: number): string {
  if (share === 0) return "0 %";
  return share < 0.01 ? `${(share * 100).toPrecision(1)} %` : `${Math.round(share * 100)} %`;
}
