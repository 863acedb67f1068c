import { styleText } from "node:util";
import type { ErrorReply, OkReply, RecommendResult, ScoredSong } from "../contract/reply.js";
import type { Terminal } from "./command.js";
import { columnsOf, fitColumns, printable } from "./printable.js";
import { gapColumns, layOutResults, rankColumns, type ResultLayout } from "./result-layout.js";
import { type Piece, wrapWords } from "./wrap-words.js";

type View = Pick<Terminal, "columns" | "isColoured">;

/** A reply as a table that fits into the terminal: the match above, one line a song below. */
export function formatReply(reply: OkReply, view: View): string {
  const lines = [...formatMatch(reply, view), ""];
  if (reply.results.length === 0) lines.push("No other song of the catalogue fits.");
  else lines.push(...formatResults(reply.results, view));
  return `${lines.join("\n")}\n`;
}

/** What the asker may have meant, one song a line; empty when nothing comes near. */
export function formatSuggestions({ error }: ErrorReply, { columns }: View): string {
  const songs = error.suggestions ?? [];
  if (songs.length === 0) return "";
  const lines = songs.map((song) => `  ${fitColumns(nameSong(song), columns - 2).trimEnd()}`);
  return `Did you mean:\n${lines.join("\n")}\n`;
}

type Style = "bold" | "dim" | "cyan";

function painter(style: Style, { isColoured }: View): (text: string) => string {
  return isColoured ? (text) => styleText(style, text) : (text) => text;
}

function formatMatch({ match, took_ms }: OkReply, view: View): readonly string[] {
  const guess = match.kind === "fuzzy" || match.kind === "partial" ? "(closest match)" : "";
  const dim = painter("dim", view);
  const found: readonly Piece[] = [
    { text: "Nearest by sound to" },
    { text: nameSong(match), paint: painter("bold", view) },
    { text: guess },
    { text: `in ${took_ms} ms`, paint: dim },
  ];
  const others = match.alternatives.slice(0, 3).map(nameSong).join("; ");
  const also = others === "" ? [] : [{ text: `also: ${others}`, paint: dim }];
  const { columns } = view;
  return [found, also].flatMap((pieces) => wrapWords(pieces, { columns, indent: "  " }));
}

function formatResults(results: readonly RecommendResult[], view: View): readonly string[] {
  const rows = results.map(cellsOf);
  const widest = (pick: (cells: Cells) => string): number =>
    Math.max(...[heads, ...rows].map((cells) => columnsOf(pick(cells))));
  const layout = layOutResults(view.columns, {
    title: widest(({ title }) => title),
    artist: widest(({ artist }) => artist),
    why: widest(({ why }) => why),
  });
  const dim = painter("dim", view);
  const plain = (text: string): string => text;
  const styles = { artist: painter("cyan", view), why: dim };
  return [
    dim(formatRow(heads, layout, { artist: plain, why: plain })),
    ...rows.map((cells) => formatRow(cells, layout, styles)),
  ];
}

interface Cells {
  readonly rank: string;
  readonly title: string;
  readonly artist: string;
  readonly year: string;
  readonly similarity: string;
  readonly why: string;
}

const heads: Cells = {
  rank: "#",
  title: "TITLE",
  artist: "ARTIST",
  year: "YEAR",
  similarity: "SIMILAR",
  why: "WHY",
};

function cellsOf(result: RecommendResult): Cells {
  return {
    rank: String(result.rank),
    title: printable(result.title),
    artist: printable(result.artist),
    year: String(result.year ?? ""),
    similarity: result.similarity.toFixed(2),
    why: printable(result.why),
  };
}

function formatRow(
  cells: Cells,
  layout: ResultLayout,
  paint: Readonly<Record<"artist" | "why", (text: string) => string>>,
): string {
  const columns = [
    cells.rank.padStart(rankColumns),
    fitColumns(cells.title, layout.title),
    ...(layout.artist === 0 ? [] : [paint.artist(fitColumns(cells.artist, layout.artist))]),
    ...(layout.year === 0 ? [] : [cells.year.padStart(layout.year)]),
    ...(layout.similarity === 0 ? [] : [cells.similarity.padStart(layout.similarity)]),
    ...(layout.why === 0 ? [] : [paint.why(fitColumns(cells.why, layout.why).trimEnd())]),
  ];
  return columns.join(" ".repeat(gapColumns)).trimEnd();
}

function nameSong({ title, artist, year }: Omit<ScoredSong, "score">): string {
  const suffix = year === undefined ? "" : ` (${year})`;
  return `${printable(title)} by ${printable(artist)}${suffix}`;
}
