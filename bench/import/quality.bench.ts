import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";
import { importSongs } from "../../src/import/import.js";
import { openSources } from "../../src/import/source/open.js";
import { createEmbedding, fitFeature, type ScaledFeature } from "../../src/sound/embedding.js";
import { featureOf } from "../../src/sound/features.js";
import type { SongInput } from "../../src/catalogue/song-input.js";
import { type GenreSongs, readGenreExcerpt, readTopHits } from "../catalogue/genre-files.js";
import { shareOfGenre } from "../catalogue/genre-share.js";
import { reportFigure } from "../figure.js";

// How good are the neighbours when a file goes through the import as it is: with the features that
// it takes, in the weights that they have, and with each group of features left out or at weight 1.

const repositoryRoot = fileURLToPath(new URL("../../..", import.meta.url));
const folder = process.env["EARSHOT_SHARED_DATA"] ?? join(repositoryRoot, "..", "shared", "data");
const log = { debug() {}, info() {}, warn() {}, error() {} };

async function readAll(file: string): Promise<readonly SongInput[]> {
  const { signal } = new AbortController();
  const locations = [openSources(join(folder, file), { cacheDir: folder, signal, log })];
  const songs: SongInput[] = [];
  for await (const batch of importSongs({ locations, map: [], signal }).songs) songs.push(...batch);
  return songs;
}

/** The genres of the songs, which the import does not keep: both readers go by the file's order. */
function genresOf(songs: readonly SongInput[], labelled: GenreSongs): string[] {
  let row = 0;
  return songs.map(({ artist }) => {
    while (row < labelled.artists.length && !isSame(labelled.artists[row], artist)) row += 1;
    row += 1;
    return labelled.genres[row - 1] ?? "";
  });
}

/** The import puts quotes, references and blanks right. */
function isSame(raw: string | undefined, cleaned: string): boolean {
  const letters = (text = "") => text.replaceAll(/&#?\w+;|[^\p{L}\p{N}]|\p{Mn}/gu, "");
  return letters(raw) === letters(cleaned);
}

type Weigh = (name: string) => number;

function shareWith(songs: readonly SongInput[], genres: readonly string[], weigh: Weigh): number {
  const names = [...new Set(songs.flatMap(({ features }) => Object.keys(features)))];
  const columns = names.map((name) =>
    Float32Array.from(songs, ({ features }) => features[name] ?? Number.NaN),
  );
  const kept: { feature: ScaledFeature; column: Float32Array }[] = [];
  for (const [index, name] of names.entries()) {
    const column = columns[index] ?? new Float32Array(0);
    const fit = fitFeature(name, column);
    const weight = weigh(name);
    if (fit.kind === "dropped" || weight === 0) continue;
    kept.push({ feature: { name, ...fit.scale, weight }, column });
  }
  const embedding = createEmbedding(kept.map(({ feature }) => feature));
  const artists = songs.map(({ artist }) => artist);
  return shareOfGenre({ artists, genres }, (row) => {
    const vector: number[] = [];
    const values = kept.map(({ column }) => column[row] ?? Number.NaN);
    embedding.embed(values, 0, vector);
    return vector;
  });
}

const classic = new Set(["tempo", "energy", "danceability", "loudness"]);
const isTimbre = (name: string) => name.includes("timbre");
const chosen: Weigh = (name) => featureOf(name).weight;

const ways: Readonly<Record<string, Weigh>> = {
  "as imported": chosen,
  "every weight 1": () => 1,
  "classic features alone": (name) => (classic.has(name) ? 1 : 0),
  "without mode": (name) => (name === "mode" ? 0 : chosen(name)),
  "without time signature": (name) => (name === "time_signature" ? 0 : chosen(name)),
  "without liveness": (name) => (name === "liveness" ? 0 : chosen(name)),
  "timbre at 1": (name) => (isTimbre(name) ? 1 : chosen(name)),
  "timbre at 0.25": (name) => (isTimbre(name) ? 0.25 : chosen(name)),
};

for (const [file, readLabelled] of [
  ["songs_normalize.csv", readTopHits],
  ["msd_genre_dataset.excerpt.txt", readGenreExcerpt],
] as const) {
  const labelled = existsSync(join(folder, file)) ? readLabelled() : undefined;
  if (labelled === undefined) continue;
  const songs = await readAll(file);
  const genres = genresOf(songs, labelled);
  for (const [way, weigh] of Object.entries(ways)) {
    const value = shareWith(songs, genres, weigh);
    reportFigure("import quality", "genre share of 10 nearest", {
      value,
      unit: "share",
      file,
      way,
    });
  }
}
