import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { parse } from "csv-parse";
import { z } from "zod";
import { EarshotError, messageOf } from "../errors.js";
import { featureOf } from "../sound/features.js";
import type { SongInput } from "./song-input.js";

const FEATURES = ["tempo", "energy", "danceability", "loudness"] as const;
const HEADER = ["artist_name", "title", "year", ...FEATURES] as const;
const earliestYear = 1000;
const latestYear = 2100;

const recordSchema = z.object({
  record: z.array(z.string()),
  info: z.object({ lines: z.number() }),
});

/**
 * Reads a song file in the starter's form: UTF-8 CSV with the header
 * `artist_name,title,year,tempo,energy,danceability,loudness`. An empty number is unknown, and so
 * are year 0 and tempo 0.
 *
 * @throws EarshotError `bad_song_file` naming the line and column of the first value that is wrong
 */
export async function readSongCsv(path: string): Promise<readonly SongInput[]> {
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  // An error of the file reaches the loop below through the parser.
  pipeline(createReadStream(path), parser, () => {});
  const songs: SongInput[] = [];
  let isHeader = true;
  try {
    for await (const item of parser) {
      const { record, info } = recordSchema.parse(item);
      const place = `${path} line ${info.lines}`;
      if (!isHeader) songs.push(songOf(record, place));
      else checkHeader(record, place);
      isHeader = false;
    }
  } catch (cause) {
    if (cause instanceof EarshotError) throw cause;
    throw badFile(`${path} cannot be read: ${messageOf(cause)}`, cause);
  }
  if (isHeader) throw badFile(`${path} is empty; expected the header ${HEADER.join(",")}`);
  return songs;
}

function checkHeader(record: readonly string[], place: string): void {
  if (record.join(",") === HEADER.join(",")) return;
  throw badFile(`${place}: expected the header ${HEADER.join(",")}, received ${record.join(",")}`);
}

function songOf(record: readonly string[], place: string): SongInput {
  if (record.length !== HEADER.length) {
    throw badFile(`${place}: expected ${HEADER.length} columns, received ${record.length}`);
  }
  const [artist, title, year, ...numbers] = record;
  const features: Record<string, number> = {};
  for (const [index, name] of FEATURES.entries()) {
    const { least, most } = featureOf(name);
    const range = {
      place: `${place}, column ${name}`,
      least,
      most,
      zeroIsUnknown: name === "tempo",
    };
    const value = numberOf(numbers[index], range);
    if (value !== undefined) features[name] = value;
  }
  const years = { least: earliestYear, most: latestYear, zeroIsUnknown: true };
  return {
    artist: textOf(artist, `${place}, column artist_name`),
    title: textOf(title, `${place}, column title`),
    year: numberOf(year, { place: `${place}, column year`, ...years }),
    features,
  };
}

function textOf(text: string | undefined, place: string): string {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") throw badFile(`${place}: expected a name, received nothing`);
  return trimmed;
}

interface Range {
  /** Named in the error. */
  readonly place: string;
  readonly least: number;
  readonly most: number;
  readonly zeroIsUnknown: boolean;
}

function numberOf(text: string | undefined, range: Range): number | undefined {
  const { place, least, most, zeroIsUnknown } = range;
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return undefined;
  const value = Number(trimmed);
  if (value === 0 && zeroIsUnknown) return undefined;
  if (value >= least && value <= most) return value;
  throw badFile(`${place}: expected a number from ${least} to ${most}, received "${trimmed}"`);
}

function badFile(message: string, cause?: unknown): EarshotError {
  return new EarshotError("bad_song_file", message, { cause });
}
