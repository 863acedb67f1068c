import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";

/** Songs with a genre by which to judge who their neighbours should be. */
export interface GenreSongs {
  readonly artists: readonly string[];
  readonly genres: readonly string[];
  /** One column per feature, NaN where unknown. */
  readonly columns: ReadonlyMap<string, Float32Array>;
}

const repositoryRoot = fileURLToPath(new URL("../../..", import.meta.url));
const folder = process.env["EARSHOT_SHARED_DATA"] ?? join(repositoryRoot, "..", "shared", "data");

/** Two genres of the Million Song genre data: tempo, loudness and 24 timbre columns. */
export function readGenreExcerpt(): GenreSongs | undefined {
  const lines = readText("msd_genre_dataset.excerpt.txt")?.split("\n");
  if (lines === undefined) return undefined;
  const header = (lines[0] ?? "").split(",");
  const rows = lines
    .slice(1)
    .map((line) => line.split(","))
    .filter((fields) => fields.length === header.length);
  const names = header.filter((name) => /timbre|^tempo$|^loudness$/u.test(name));
  return {
    artists: rows.map((fields) => fields[header.indexOf("artist_name")] ?? ""),
    genres: rows.map((fields) => fields[header.indexOf("genre")] ?? ""),
    columns: columnsOf(names, (name) => rows.map((fields) => fields[header.indexOf(name)] ?? "")),
  };
}

const spotifyFeatures = [
  "tempo",
  "energy",
  "danceability",
  "loudness",
  "valence",
  "acousticness",
  "speechiness",
  "instrumentalness",
];

/** "Top Hits Spotify 2000-2019"; the genre is the first of a song's list. */
export function readTopHits(): GenreSongs | undefined {
  const text = readText("songs_normalize.csv");
  if (text === undefined) return undefined;
  const rows: Record<string, string>[] = parse(text, { columns: true });
  return {
    artists: rows.map((row) => row["artist"] ?? ""),
    genres: rows.map((row) => (row["genre"] ?? "").split(",")[0] ?? ""),
    columns: columnsOf(spotifyFeatures, (name) => rows.map((row) => row[name] ?? "")),
  };
}

function readText(name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function columnsOf(names: readonly string[], read: (name: string) => readonly string[]) {
  return new Map(
    names.map((name) => [
      name,
      Float32Array.from(read(name), (text) =>
        name === "tempo" && Number(text) === 0 ? Number.NaN : Number(text),
      ),
    ]),
  );
}
