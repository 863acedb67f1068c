import { EarshotError } from "../../errors.js";
import type { ByteSource } from "../source/byte-source.js";
import { documentKind, recordingOf } from "../source/entry-names.js";
import type { Cell, SongTable, TableBatch } from "../table.js";
import { createBatcher } from "./batcher.js";
import { isJsonObject, type JsonObject } from "./flatten.js";
import { readHdf5Song } from "./hdf5-table.js";
import { foundObject, maxObjectBytes } from "./json-table.js";
import { type FoundObject, makeObjectsTable, type ObjectStream } from "./objects-table.js";

const groupSize = 100;

/**
 * Makes one table of documents about one song each: JSON (AcousticBrainz), or single-track HDF5
 * files of the Million Song Dataset.
 *
 * @param spoolDir for HDF5 files that lie packed in another file
 * @throws EarshotError `bad_song_file` when none of them can be read
 */
export async function readDocuments(
  documents: readonly ByteSource[],
  name: string,
  spoolDir: string,
): Promise<SongTable> {
  const isHdf5 = documents.every((document) => documentKind(document.fileName) === "hdf5");
  const table = isHdf5
    ? await hdf5Table(documents, spoolDir)
    : await makeObjectsTable(() => openDocuments(documents), "JSON documents");
  if (table !== undefined) return table;
  throw new EarshotError(
    "bad_song_file",
    `${name}: none of its ${documents.length} documents can be read as a song`,
  );
}

/** Those about one recording are one object: AcousticBrainz has two, low-level and high-level. */
function openDocuments(documents: readonly ByteSource[]): ObjectStream {
  let consumed = 0;
  const recordings = groupByRecording(documents);
  async function* groups(): AsyncGenerator<readonly FoundObject[]> {
    let group: FoundObject[] = [];
    for (const parts of recordings.values()) {
      const found: FoundObject[] = [];
      for (const part of parts) {
        found.push(await readObject(part));
        consumed += part.totalBytes ?? 0;
      }
      group.push(merge(found));
      if (group.length < groupSize) continue;
      yield group;
      group = [];
    }
    yield group;
  }
  return { groups: groups(), consumed: () => consumed };
}

function groupByRecording(documents: readonly ByteSource[]): ReadonlyMap<string, ByteSource[]> {
  const recordings = new Map<string, ByteSource[]>();
  for (const document of documents) {
    const recording = recordingOf(document.fileName);
    const parts = recordings.get(recording);
    if (parts === undefined) recordings.set(recording, [document]);
    else parts.push(document);
  }
  return recordings;
}

async function readObject(document: ByteSource): Promise<FoundObject> {
  const place = `document ${document.fileName}`;
  if ((document.totalBytes ?? 0) > maxObjectBytes) return { place, problem: "too_long" };
  const pieces: Buffer[] = [];
  for await (const chunk of document.open().chunks) pieces.push(chunk);
  return foundObject(Buffer.concat(pieces), place);
}

/** One object with the properties of all; what cannot be read counts only where nothing else can. */
function merge(found: readonly FoundObject[]): FoundObject {
  const [first, ...others] = found.filter((item) => "object" in item);
  if (first === undefined) return found[0] ?? { place: "", problem: "unreadable" };
  if (others.length === 0) return first;
  const merged: Record<string, unknown> = {};
  for (const { object } of [first, ...others]) addMissing(merged, object);
  return { place: first.place, object: merged };
}

function addMissing(target: Record<string, unknown>, source: JsonObject): void {
  for (const [key, value] of Object.entries(source)) {
    const present = Object.hasOwn(target, key) ? target[key] : undefined;
    if (present === undefined) {
      Object.defineProperty(target, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else if (isJsonObject(present) && isJsonObject(value)) {
      target[key] = { ...value, ...present };
    }
  }
}

/** The first file that can be read tells the columns; others may lack some of them. */
async function hdf5Table(
  documents: readonly ByteSource[],
  spoolDir: string,
): Promise<SongTable | undefined> {
  for (const document of documents) {
    const first = await readHdf5Song(document, spoolDir).catch(onlyBadFile);
    if (first === undefined) continue;
    const { columns, known } = first;
    return {
      format: "HDF5, Million Song Dataset, one file a track",
      columns,
      known,
      batches: {
        [Symbol.asyncIterator]: () => readHdf5Songs({ documents, spoolDir, columns }),
      },
    };
  }
  return undefined;
}

interface Hdf5Documents {
  readonly documents: readonly ByteSource[];
  readonly spoolDir: string;
  readonly columns: readonly string[];
}

async function* readHdf5Songs(reading: Hdf5Documents): AsyncGenerator<TableBatch> {
  const { documents, spoolDir, columns } = reading;
  let consumed = 0;
  const batcher = createBatcher({ consumed: () => consumed });
  for (const document of documents) {
    const place = `document ${document.fileName}`;
    const songs = await readHdf5Song(document, spoolDir).catch(onlyBadFile);
    consumed += document.totalBytes ?? 0;
    if (songs === undefined) batcher.problem(place, "unreadable");
    else {
      const places = columns.map((column) => songs.columns.indexOf(column));
      for (const cells of songs.rows) batcher.row(place, pick(cells, places));
    }
    yield* batcher.take();
  }
  yield* batcher.takeAll();
}

function pick(cells: readonly Cell[], places: readonly number[]): Cell[] {
  return places.map((place) => cells[place]);
}

/** One bad file among many is a problem of its own; a full disk is not. */
function onlyBadFile(error: unknown): undefined {
  if (error instanceof EarshotError && error.code === "bad_song_file") return undefined;
  throw error;
}
