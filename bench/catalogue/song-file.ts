import { createWriteStream } from "node:fs";
import { once } from "node:events";
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
