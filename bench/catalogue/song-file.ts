import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";
import { sha256OfText } from "../../src/storage/durable-files.js";
import type { OpenSongs } from "../../src/catalogue/build-job.js";
import type { SongInput } from "../../src/catalogue/song-input.js";
import { generateSongs as generateTitles } from "../titles/generate.js";
import { generateSongs as generateFeatures } from "./generate.js";

const extraFeatures = ["valence", "acousticness", "liveness"] as const;
const features = ["tempo", "energy", "danceability", "loudness", ...extraFeatures] as const;

/**
 * Writes songs as CSV: titles with the statistics of real ones, features in clusters. None of the
 * texts holds a comma or a quotation mark.
 */
export async function writeSongFile(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  const sounds = generateFeatures(count, 1, { extraFeatures });
  file.write(`artist_name,title,year,popularity,${features.join(",")}\n`);
  let lines = "";
  for (const { artist, title, year, popularity, ordinal } of generateTitles({ count })) {
    const sound = sounds.next().value?.features ?? {};
    const cells = [artist, title, year, popularity?.toFixed(3) ?? ""];
    lines += `${[...cells, ...features.map((name) => sound[name] ?? "")].join(",")}\n`;
    if (ordinal % 10_000 > 0) continue;
    if (!file.write(lines)) await once(file, "drain");
    lines = "";
  }
  file.end(lines);
  await once(file, "finish");
}

const inputSchema = z.object({ path: z.string(), most: z.number() });

/** Reads such a file; its input is the path, and how many songs to read at most. */
export const openSongs: OpenSongs = (input) => {
  const { path, most } = inputSchema.parse(input);
  return {
    songs: readSongFile(path, most),
    source: () => ({ name: "generated", sha256: sha256OfText(path) }),
  };
};

async function* readSongFile(path: string, most: number): AsyncGenerator<SongInput> {
  let row = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (row > 0) yield songOf(line.split(","));
    row += 1;
    if (row > most) return;
  }
}

function songOf(cells: readonly string[]): SongInput {
  const [artist = "", title = "", year, popularity, ...values] = cells;
  const known: Record<string, number> = {};
  for (const [index, name] of features.entries()) {
    const text = values[index] ?? "";
    if (text !== "") known[name] = Number(text);
  }
  return {
    artist,
    title,
    year: Number(year) || undefined,
    features: known,
    ...(popularity === "" ? {} : { popularity: Number(popularity) }),
  };
}
