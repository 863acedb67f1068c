import type { ErrorReply, Match, OkReply, RecommendResult, ScoredSong } from "./reply.js";

/** A song's fields as a reply carries them, encoded by `encodeSong`. */
export type SongJson = string;

/** A reply on its way out. What its reader gets as the fields of songs is text already. */
export type OutgoingReply = OutgoingOkReply | ErrorReply;

export interface OutgoingOkReply extends Pick<OkReply, "id" | "status" | "query" | "took_ms"> {
  readonly match: OutgoingMatch;
  readonly results: readonly OutgoingResult[];
}

export interface OutgoingMatch extends Pick<Match, "score" | "kind"> {
  readonly song: SongJson;
  readonly alternatives: readonly OutgoingCandidate[];
}

export interface OutgoingCandidate extends Pick<ScoredSong, "score"> {
  readonly song: SongJson;
}

export interface OutgoingResult extends Pick<RecommendResult, "rank" | "distance" | "similarity"> {
  readonly song: SongJson;
  /** Phrases, which the reply joins with commas. */
  readonly why: readonly string[];
}

/** Texts with any of these may need escapes; most titles and names do not. */
const mayNeedEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Distances have four decimals, similarities three. */
const decimalSteps = 10_000;
const mostSteps = 2 * decimalSteps;
/** The texts of 0 to 2, as far as they have been needed. */
const decimals: (string | undefined)[] = Array.from({ length: mostSteps + 1 });

/**
 * Encodes a reply as JSON.
 *
 * The same text as `JSON.stringify` would give, in a fraction of its time: a reply of ten songs has
 * over a hundred keys, they are always the same, and the songs come encoded.
 */
export function encodeReply(reply: OutgoingReply): string {
  if (reply.status === "error") return JSON.stringify(reply);
  const { id, query, match, took_ms } = reply;
  // Joined once: text that grows piece by piece has to be put together again before it is sent.
  const parts = [
    `{"id":${quote(id)},"status":"ok","query":${quote(query)},"match":`,
    encodeMatch(match),
    ',"results":[',
  ];
  let before = "";
  for (const result of reply.results) {
    parts.push(before);
    appendResult(parts, result);
    before = ",";
  }
  parts.push(`],"took_ms":${took_ms}}`);
  return parts.join("");
}

/** Encodes the fields of a song without the braces, so that a reply can put its own beside them. */
export function encodeSong(song: Pick<ScoredSong, "id" | "title" | "artist" | "year">): SongJson {
  const { id, title, artist, year } = song;
  const known = ['"id":', quote(id), ',"title":', quote(title), ',"artist":', quote(artist)];
  if (year !== undefined) known.push(',"year":', String(year));
  // A template would keep the pieces, and every reply would have to put them together again.
  return known.join("");
}

function encodeMatch({ song, score, kind, alternatives }: OutgoingMatch): string {
  const others = alternatives.map((other) => `{${other.song},"score":${other.score}}`);
  return `{${song},"score":${score},"kind":"${kind}","alternatives":[${others.join(",")}]}`;
}

function appendResult(parts: string[], result: OutgoingResult): void {
  const { rank, song, distance, similarity, why } = result;
  parts.push('{"rank":', String(rank), ",", song, ',"distance":', decimal(distance));
  parts.push(',"similarity":', decimal(similarity), ',"why":"');
  let before = "";
  for (const phrase of why) {
    parts.push(before, withEscapes(phrase));
    before = ", ";
  }
  parts.push('"}');
}

/**
 * A number as JSON has it. To find the shortest digits that mean a double costs more than all else
 * of a result; most distances and all similarities are among a few thousand, and are remembered.
 */
function decimal(value: number): string {
  const steps = Math.round(value * decimalSteps);
  if (steps / decimalSteps !== value || steps < 0 || steps > mostSteps) return String(value);
  return (decimals[steps] ??= String(value));
}

function quote(text: string): string {
  return mayNeedEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** The same without the quotes. */
function withEscapes(text: string): string {
  return mayNeedEscape.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}
