import type { Cell } from "../table.js";
import { isJsonObject, type JsonObject } from "./flatten.js";

/** One field of an AcousticBrainz document. */
interface Field {
  /** Dotted path within the document; a number is a place in a list. */
  readonly path: string;
  readonly known: string;
  /** Where older documents have it. */
  readonly otherwise?: string;
  /** Makes a cell of what is found there. */
  readonly read?: (value: unknown) => Cell;
}

const mfccBands = 13;

/** What the Essentia extractor writes, in its low-level and its high-level documents. */
const fields: readonly Field[] = [
  {
    path: "metadata.tags.musicbrainz_recordingid",
    otherwise: "metadata.tags.musicbrainz_trackid",
    known: "id",
  },
  { path: "metadata.tags.title", known: "title" },
  { path: "metadata.tags.artist", known: "artist" },
  {
    path: "metadata.tags.originaldate",
    otherwise: "metadata.tags.date",
    known: "year",
    read: yearOf,
  },
  { path: "metadata.audio_properties.length", known: "duration" },
  { path: "rhythm.bpm", known: "tempo" },
  { path: "rhythm.onset_rate", known: "onset_rate" },
  // Detrended fluctuation, 0 to about 3: not the probability of the same name in highlevel.
  { path: "rhythm.danceability", known: "danceability_dfa" },
  { path: "tonal.key_scale", known: "mode", read: modeOf },
  { path: "tonal.chords_changes_rate", known: "chords_changes_rate" },
  // 0 to 1, and not decibels.
  { path: "lowlevel.average_loudness", known: "average_loudness" },
  { path: "lowlevel.loudness_ebu128.integrated", known: "loudness_ebu128" },
  { path: "lowlevel.dynamic_complexity", known: "dynamic_complexity" },
  { path: "lowlevel.spectral_centroid.mean", known: "spectral_centroid" },
  ...Array.from({ length: mfccBands }, (_, band) => ({
    path: `lowlevel.mfcc.mean.${band}`,
    known: `mfcc_${band + 1}`,
  })),
  ...[
    ["danceability", "danceable", "danceability"],
    ["mood_acoustic", "acoustic", "acousticness"],
    ["voice_instrumental", "instrumental", "instrumentalness"],
    ["mood_aggressive", "aggressive", "mood_aggressive"],
    ["mood_electronic", "electronic", "mood_electronic"],
    ["mood_happy", "happy", "mood_happy"],
    ["mood_party", "party", "mood_party"],
    ["mood_relaxed", "relaxed", "mood_relaxed"],
    ["mood_sad", "sad", "mood_sad"],
    ["timbre", "bright", "timbre_bright"],
    ["tonal_atonal", "tonal", "tonality"],
  ].map(([model, answer, known = ""]) => ({ path: `highlevel.${model}.all.${answer}`, known })),
];

/** Column names by dotted path. */
export const acousticBrainzColumns: readonly string[] = fields.map(({ path }) => path);

/** What each of the columns is, by index: the extractor defines it. */
export const acousticBrainzMeaning: ReadonlyMap<number, string> = new Map(
  fields.map(({ known }, index) => [index, known]),
);

/** Whether an object is one of AcousticBrainz's documents: tags, and measured groups beside them. */
export function isAcousticBrainz(object: JsonObject): boolean {
  const { metadata } = object;
  if (!isJsonObject(metadata) || !isJsonObject(metadata["tags"])) return false;
  return ["lowlevel", "rhythm", "tonal", "highlevel"].some((group) => isJsonObject(object[group]));
}

/** The cells of one document, one for each of `acousticBrainzColumns`. */
export function acousticBrainzCells(document: JsonObject): Cell[] {
  return fields.map(({ path, otherwise = path, read = firstOf }) => {
    return read(valueAt(document, path)) ?? read(valueAt(document, otherwise));
  });
}

function valueAt(document: JsonObject, path: string): unknown {
  let value: unknown = document;
  for (const step of path.split(".")) {
    if (Array.isArray(value)) value = value[Number(step)];
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** Tags are lists, nearly always of one text. */
function firstOf(value: unknown): Cell {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" || typeof first === "number" ? first : undefined;
}

function yearOf(value: unknown): Cell {
  const date = firstOf(value);
  const year = /(?<!\d)\d{4}(?!\d)/u.exec(String(date ?? ""))?.[0];
  return year === undefined ? undefined : Number(year);
}

function modeOf(value: unknown): Cell {
  const scale = firstOf(value);
  return scale === "major" ? 1 : scale === "minor" ? 0 : undefined;
}
