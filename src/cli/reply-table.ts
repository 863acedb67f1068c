import { styleText } from "node:util";
import type { ErrorReply, OkReply, RecommendResult, ScoredSong } from "../contract/reply.js";
import type { Terminal } from "./command.js";
import { columnsOf, fitColumns, printable } from "./printable.js";

/** The widest that the columns of names grow, whatever the terminal. */
const maxNameColumns = 36;
/** Rank, year, similarity, and the gaps between the six columns. */
const fixedColumns = 3 + 4 + 4 + 5 * 2;

type Paint = (style: "bold" | "dim" | "cyan", text: string) => string;

/** A reply as a table that fits into the terminal: the match above, one line a song below. */
export function formatReply(reply: OkReply, terminal: Terminal): string {
  const paint: Paint = terminal.isColoured
    ? (style, text) => styleText(style, text)
    : (_, text) => text;
  const lines = [formatMatch(reply, paint), ""];
  if (reply.results.length === 0) lines.push("No other song of the catalogue fits.");
  else lines.push(...formatResults(reply.results, { paint, columns: terminal.columns }));
  return `${lines.join("\n")}\n`;
}

/** What the asker may have meant, one song a line; empty when nothing comes near. */
export function formatSuggestions({ error }: ErrorReply): string {
  const songs = error.suggestions ?? [];
  if (songs.length === 0) return "";
  return `Did you mean:\n${songs.map((song) => `  ${nameSong(song)}`).join("\n")}\n`;
}

function formatMatch({ match, took_ms }: OkReply, paint: Paint): string {
  const guess = match.kind === "fuzzy" || match.kind === "partial" ? " (closest match)" : "";
  const others = match.alternatives.slice(0, 3).map(nameSong).join("; ");
  const alternatives = others === "" ? "" : paint("dim", `\nalso: ${others}`);
  const title = paint("bold", nameSong(match));
  return `Nearest by sound to ${title}${guess}${paint("dim", ` in ${took_ms} ms`)}${alternatives}`;
}

function formatResults(
  results: readonly RecommendResult[],
  { paint, columns }: { readonly paint: Paint; readonly columns: number },
): readonly string[] {
  const widest = (pick: (result: RecommendResult) => string): number =>
    Math.max(6, ...results.map((result) => columnsOf(printable(pick(result)))));
  const room = Math.floor((columns - fixedColumns) / 3);
  const limit = Math.max(12, Math.min(maxNameColumns, room));
  const titleColumns = Math.min(
    limit,
    widest((result) => result.title),
  );
  const artistColumns = Math.min(
    limit,
    widest((result) => result.artist),
  );
  const whyColumns = Math.max(10, columns - fixedColumns - titleColumns - artistColumns);
  return results.map((result) =>
    [
      String(result.rank).padStart(3),
      fitColumns(printable(result.title), titleColumns),
      paint("cyan", fitColumns(printable(result.artist), artistColumns)),
      String(result.year ?? "").padStart(4),
      result.similarity.toFixed(2),
      paint("dim", fitColumns(printable(result.why), whyColumns).trimEnd()),
    ].join("  "),
  );
}

function nameSong({ title, artist, year }: Omit<ScoredSong, "score">): string {
  const suffix = year === undefined ? "" : ` (${year})`;
  return `${printable(title)} by ${printable(artist)}${suffix}`;
}
