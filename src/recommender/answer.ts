import type {
  OutgoingCandidate,
  OutgoingMatch,
  OutgoingOkReply,
  OutgoingResult,
  SongJson,
} from "../contract/encode-reply.js";
import type { ScoredSong } from "../contract/reply.js";
import type { RecommendRequest } from "../contract/request.js";
import { EarshotError } from "../errors.js";
import { rankNeighbours } from "./rank.js";
import type { Candidate, Neighbour, SongSource } from "./song-source.js";

/** A title that no song has, with the songs that come nearest to it. */
export class SongNotFoundError extends EarshotError {
  readonly suggestions: readonly ScoredSong[];

  constructor(message: string, suggestions: readonly ScoredSong[]) {
    super("not_found", message);
    this.suggestions = suggestions;
  }
}

/** The part of a reply that depends on the catalogue alone. */
export type Answer = Pick<OutgoingOkReply, "query" | "match" | "results">;

/**
 * Answers a request from a catalogue: finds the song, ranks its neighbours, says why.
 *
 * @param defaultLimit how many results when the request does not say
 * @throws SongNotFoundError with suggestions; EarshotError `bad_request` for a filter on a column
 *   that this catalogue does not have
 */
export function answerRequest(
  source: SongSource,
  request: RecommendRequest,
  defaultLimit: number,
): Answer {
  checkFilters(source, request.filters);
  const { seed, match } = findSeed(source, request);
  const neighbours = rankNeighbours(source, seed, {
    limit: request.limit ?? defaultLimit,
    maxPerArtist: request.max_per_artist,
    filters: request.filters,
  });
  return {
    query: request.title ?? request.song_id ?? "",
    match,
    results: describeResults(source, seed, neighbours),
  };
}

function checkFilters(source: SongSource, filters: RecommendRequest["filters"]): void {
  const unknown = Object.keys(filters ?? {}).find((column) => !source.columns.includes(column));
  if (unknown === undefined) return;
  throw new EarshotError(
    "bad_request",
    `filters: this catalogue has no column ${JSON.stringify(unknown)}; it has ${source.columns.join(", ")}`,
  );
}

function findSeed(
  source: SongSource,
  request: RecommendRequest,
): { readonly seed: number; readonly match: OutgoingMatch } {
  if (request.song_id !== undefined) return findById(source, request.song_id);
  const query = { title: request.title ?? "", artist: request.artist };
  const answer = source.resolve(query);
  if (answer.outcome === "not_found") {
    const by = query.artist === undefined ? "" : ` by "${query.artist}"`;
    throw new SongNotFoundError(
      `the catalogue has no song "${query.title}"${by}`,
      describeCandidates(source, answer.suggestions),
    );
  }
  const alternatives = encodeCandidates(source, answer.alternatives);
  const match = { score: roundTo(answer.score, 1000), kind: answer.kind, alternatives };
  return { seed: answer.ordinal, match: { ...match, song: encodeOne(source, answer.ordinal) } };
}

function findById(
  source: SongSource,
  id: string,
): { readonly seed: number; readonly match: OutgoingMatch } {
  const seed = source.ordinalOfId(id);
  if (seed === undefined) {
    throw new SongNotFoundError(`the catalogue has no song with the id "${id}"`, []);
  }
  const song = encodeOne(source, seed);
  return { seed, match: { song, score: 1, kind: "id", alternatives: [] } };
}

function encodeOne(source: SongSource, ordinal: number): SongJson {
  const [song] = source.encodedSongs([ordinal]);
  if (song === undefined) throw new EarshotError("internal", "a song that was found is not there");
  return song;
}

function encodeCandidates(
  source: SongSource,
  candidates: readonly Candidate[],
): readonly OutgoingCandidate[] {
  if (candidates.length === 0) return [];
  const songs = source.encodedSongs(candidates.map((candidate) => candidate.ordinal));
  return songs.map((song, index) => ({
    song,
    score: roundTo(candidates[index]?.score ?? 0, 1000),
  }));
}

function describeCandidates(source: SongSource, candidates: readonly Candidate[]): ScoredSong[] {
  const songs = source.songs(candidates.map((candidate) => candidate.ordinal));
  return songs.map(({ id, title, artist, year }, index) => ({
    id,
    title,
    artist,
    year,
    score: roundTo(candidates[index]?.score ?? 0, 1000),
  }));
}

function describeResults(
  source: SongSource,
  seed: number,
  neighbours: readonly Neighbour[],
): OutgoingResult[] {
  const songs = source.encodedSongs(neighbours.map((neighbour) => neighbour.ordinal));
  const explain = source.explain(seed);
  return neighbours.map(({ ordinal, distance }, index) => ({
    rank: index + 1,
    song: songs[index] ?? "",
    distance: roundTo(distance, 10_000),
    similarity: roundTo(1 / (1 + distance), 1000),
    why: explain(ordinal),
  }));
}

function roundTo(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
