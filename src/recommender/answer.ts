import type { Match, OkReply, RecommendResult, ScoredSong } from "../contract/reply.js";
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
export type Answer = Pick<OkReply, "query" | "match" | "results">;

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
): { readonly seed: number; readonly match: Match } {
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
  const [song] = source.songs([answer.ordinal]);
  if (song === undefined) throw new EarshotError("internal", "an accepted song is not there");
  const { id, title, artist, year } = song;
  const score = roundTo(answer.score, 1000);
  const alternatives = describeCandidates(source, answer.alternatives);
  return {
    seed: answer.ordinal,
    match: { id, title, artist, year, score, kind: answer.kind, alternatives },
  };
}

function findById(
  source: SongSource,
  id: string,
): { readonly seed: number; readonly match: Match } {
  const seed = source.ordinalOfId(id);
  const [song] = seed === undefined ? [] : source.songs([seed]);
  if (seed === undefined || song === undefined) {
    throw new SongNotFoundError(`the catalogue has no song with the id "${id}"`, []);
  }
  return { seed, match: { ...song, score: 1, kind: "id", alternatives: [] } };
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
): RecommendResult[] {
  const songs = source.songs(neighbours.map((neighbour) => neighbour.ordinal));
  const explain = source.explain(seed);
  return songs.map(({ id, title, artist, year }, index) => {
    const { ordinal, distance } = neighbours[index] ?? { ordinal: seed, distance: 0 };
    return {
      rank: index + 1,
      id,
      title,
      artist,
      year,
      distance: roundTo(distance, 10_000),
      similarity: roundTo(1 / (1 + distance), 1000),
      why: explain(ordinal),
    };
  });
}

function roundTo(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
