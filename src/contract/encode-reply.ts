import type { OkReply, RecommendReply, RecommendResult } from "./reply.js";

/** Texts with any of these may need escapes; most titles and names do not. */
const mayNeedEscape = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * Encodes a reply as JSON.
 *
 * The same text as `JSON.stringify` gives, in less than half of its time: a reply of ten songs has
 * over a hundred keys, and they are always the same.
 */
export function encodeReply(reply: RecommendReply): string {
  if (reply.status === "error") return JSON.stringify(reply);
  const { id, query, match, took_ms } = reply;
  const results = encodeResults(reply.results);
  return `{"id":${quote(id)},"status":"ok","query":${quote(query)},"match":${encodeMatch(match)},"results":[${results}],"took_ms":${took_ms}}`;
}

function encodeMatch(match: OkReply["match"]): string {
  const alternatives = match.alternatives.length === 0 ? "[]" : JSON.stringify(match.alternatives);
  return `{${encodeSong(match)},"score":${match.score},"kind":"${match.kind}","alternatives":${alternatives}}`;
}

function encodeResults(results: readonly RecommendResult[]): string {
  let text = "";
  for (const result of results) {
    const { rank, distance, similarity, why } = result;
    if (text !== "") text += ",";
    text += `{"rank":${rank},${encodeSong(result)},"distance":${distance},"similarity":${similarity},"why":${quote(why)}}`;
  }
  return text;
}

function encodeSong({ id, title, artist, year }: OkReply["match"] | RecommendResult): string {
  const song = `"id":${quote(id)},"title":${quote(title)},"artist":${quote(artist)}`;
  return year === undefined ? song : `${song},"year":${year}`;
}

function quote(text: string): string {
  return mayNeedEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
}
