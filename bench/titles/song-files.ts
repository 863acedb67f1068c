import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";

/** A song of one of the public files, with what is known of its popularity (0 to 1). */
export interface FileSong {
  readonly title: string;
  readonly artist: string;
  readonly popularity?: number | undefined;
}

const repositoryRoot = fileURLToPath(new URL("../../..", import.meta.url));
const folder = process.env["EARSHOT_SHARED_DATA"] ?? join(repositoryRoot, "..", "shared", "data");

/** The text of a public song file, or `undefined` where the file is not at hand. */
function readSongFile(name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** The 10,000 songs of the Million Song subset, whose texts are wrapped as Python bytes literals. */
export function readMillionSongSubset(): readonly FileSong[] | undefined {
  const lines = readSongFile("SongCSV.csv")?.split("\r\n");
  if (lines === undefined) return undefined;
  const header = (lines[0] ?? "").split(",");
  const columnOf = (name: string) => header.indexOf(name);
  const [title, artist] = [columnOf("Title"), columnOf("ArtistName")];
  const popularity = columnOf("Popularity");
  return lines
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => {
      const fields = line.split(",");
      const known = Number(fields[popularity]);
      return {
        title: unwrapBytes(fields[title] ?? ""),
        artist: unwrapBytes(fields[artist] ?? ""),
        popularity: known > 0 ? known : undefined,
      };
    });
}

/** MSD's list of names: track, song, artist, title. */
export function readUniqueTracks(): readonly FileSong[] | undefined {
  return readSongFile("unique_tracks.first5000.txt")
    ?.split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, , artist = "", title = ""] = line.split("<SEP>");
      return { title, artist };
    });
}

/** "Top Hits Spotify 2000-2019". */
export function readTopHits(): readonly FileSong[] | undefined {
  return readCsv("songs_normalize.csv", ["song", "artist", "popularity"])?.map((row) => ({
    title: row["song"] ?? "",
    artist: row["artist"] ?? "",
    popularity: Number(row["popularity"]) / 100,
  }));
}

/** Spotify tracks whose titles begin with C; several artists are joined by a semicolon. */
export function readSpotifyTracks(): readonly FileSong[] | undefined {
  return readCsv("spotify_tracks_c.csv", ["name", "artists", "popularity"])?.map((row) => ({
    title: row["name"] ?? "",
    artist: firstOfPythonList(row["artists"] ?? ""),
    popularity: Number(row["popularity"]) / 100,
  }));
}

/** Two genres of the Million Song genre data; lines that are cut off are left out. */
export function readGenreExcerpt(): readonly FileSong[] | undefined {
  return readSongFile("msd_genre_dataset.excerpt.txt")
    ?.split("\n")
    .slice(1)
    .map((line) => line.split(","))
    .filter((fields) => fields.length === 34)
    .map((fields) => ({ artist: fields[2] ?? "", title: fields[3] ?? "" }));
}

/** These columns of a CSV file only: the others take most of the time. */
function readCsv(name: string, wanted: readonly string[]): Record<string, string>[] | undefined {
  const text = readSongFile(name);
  const columns = (header: readonly string[]) =>
    header.map((column) => (wanted.includes(column) ? column : false));
  return text === undefined ? undefined : parse(text, { columns, skip_empty_lines: true });
}

/** `"b'Rapha\xc3\xabl'"` → `Raphaël`: a Python bytes literal inside quotes that nobody escaped. */
function unwrapBytes(field: string): string {
  const literal = field.replaceAll(/^"b["']|["']"$/gu, "");
  const bytes = literal.replaceAll(
    /\\(?:x([\da-f]{2})|(.))/giu,
    (_whole, hexadecimal: string | undefined, character: string | undefined) =>
      hexadecimal === undefined
        ? (character ?? "")
        : String.fromCharCode(Number.parseInt(hexadecimal, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** The first text of `['Franz Liszt', "Billo's"]`. */
function firstOfPythonList(list: string): string {
  const match = /^\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/u.exec(list);
  return (match?.[1] ?? match?.[2] ?? list).replaceAll(/\\(.)/gu, "$1");
}
