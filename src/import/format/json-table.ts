import { EarshotError } from "../../errors.js";
import type { ByteSource, Head } from "../source/byte-source.js";
import type { SongTable } from "../table.js";
import { isAcousticBrainz } from "./acousticbrainz.js";
import { decodeLine, type Encoding, recogniseEncoding, toUtf8 } from "./encoding.js";
import { isJsonObject, type JsonObject } from "./flatten.js";
import { findInnerArray } from "./inner-array.js";
import { createLineSplitter } from "./lines.js";
import { createObjectSplitter } from "./object-splitter.js";
import { type FoundObject, makeObjectsTable, type ObjectStream } from "./objects-table.js";

/** Longest object in bytes; a low-level document of AcousticBrainz has about 200,000. */
export const maxObjectBytes = 1 << 24;

/** Where the objects of a JSON text are. */
interface JsonForm {
  readonly format: "JSON array" | "JSON objects" | "JSON lines";
  /** Bytes before the first object, or the first of the array. */
  readonly start: number;
  readonly inArray: boolean;
}

/** Whether a text begins like JSON that can hold songs: an object, or an array of them. */
export function looksLikeJson(head: Buffer): boolean {
  return /^\s*(?:\{\s*["}]|\[\s*\{)/u.test(startOf(head));
}

function startOf(head: Buffer): string {
  return withoutMark(head).toString("utf8", 0, 4096).replaceAll("\0", "");
}

function withoutMark(head: Buffer): Buffer {
  return head.subarray(recogniseEncoding(head).markBytes);
}

/**
 * Reads JSON lines, an array of objects, objects one after the other, or one object that holds an
 * array of them (`{"items": [{…}, …]}`).
 *
 * @throws EarshotError `bad_song_file` when there is no object that can be read
 */
export async function readJsonTable(source: ByteSource, head: Head): Promise<SongTable> {
  const encoding = recogniseEncoding(head.bytes);
  const form = await formOf(head, encoding);
  const open = () => openObjects(source, form, encoding);
  const table = await makeObjectsTable(open, `${form.format}, ${encoding.name}`);
  if (table !== undefined) return table;
  throw new EarshotError(
    "bad_song_file",
    `${source.name} is not a song file: it begins like JSON, but no object in it can be read`,
  );
}

async function formOf(head: Head, encoding: Encoding): Promise<JsonForm> {
  const pieces: Buffer[] = [];
  async function* only(): AsyncGenerator<Buffer> {
    yield head.bytes;
  }
  for await (const piece of toUtf8(only(), encoding)) pieces.push(piece);
  const text = Buffer.concat(pieces);
  const array = /^\s*\[/u.exec(text.toString("utf8", 0, 4096));
  if (array !== null) return { format: "JSON array", start: array[0].length, inArray: true };
  const inner = findSongs(text, head.whole);
  if (inner !== undefined) return { format: "JSON array", start: inner, inArray: true };
  const firstLine = text.subarray(0, Math.max(0, text.indexOf(10)));
  const isLine = parseObject(firstLine) !== undefined;
  return { format: isLine ? "JSON lines" : "JSON objects", start: 0, inArray: false };
}

/** Where an array begins within an object that is no song itself. */
function findSongs(text: Buffer, whole: boolean): number | undefined {
  let first: Buffer | undefined;
  const splitter = createObjectSplitter(
    { maxBytes: maxObjectBytes, start: 0, inArray: false },
    { object: (bytes) => (first ??= bytes), problem() {} },
  );
  splitter.push(text);
  const object = first === undefined ? undefined : parseObject(first);
  if (object === undefined ? whole : isAcousticBrainz(object) || hasName(object)) return undefined;
  // One character a byte, so that places in it are places in the file.
  return findInnerArray((first ?? text).toString("latin1"));
}

/** Whether a file is one object about one song, and no list of songs. */
export function isSingleDocument(head: Head): boolean {
  const object = head.whole ? parseObject(withoutMark(head.bytes)) : undefined;
  if (object === undefined) return false;
  return isAcousticBrainz(object) || hasName(object) || findSongs(head.bytes, true) === undefined;
}

function hasName(object: JsonObject): boolean {
  return Object.entries(object).some(
    ([key, value]) => /title|name|song|track/iu.test(key) && typeof value === "string",
  );
}

function parseObject(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(decodeLine(bytes, 0, bytes.length));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function openObjects(source: ByteSource, form: JsonForm, encoding: Encoding): ObjectStream {
  const stream = source.open();
  async function* groups(): AsyncGenerator<readonly FoundObject[]> {
    let found: FoundObject[] = [];
    const splitter = createSplitter(form, (item) => found.push(item));
    for await (const chunk of toUtf8(stream.chunks, encoding)) {
      splitter.push(chunk);
      yield found;
      found = [];
    }
    splitter.finish();
    yield found;
  }
  return { groups: groups(), consumed: () => stream.consumed() };
}

/** Lines are cut as lines: an object that is cut off then takes no other along. */
function createSplitter(
  { format, start, inArray }: JsonForm,
  onObject: (found: FoundObject) => void,
): { push(chunk: Buffer): void; finish(): void } {
  if (format !== "JSON lines") {
    return createObjectSplitter(
      { maxBytes: maxObjectBytes, start, inArray },
      {
        object: (bytes, place) => onObject(foundObject(bytes, place)),
        problem: (place, problem) => onObject({ place, problem }),
      },
    );
  }
  let place = 0;
  return createLineSplitter(
    { lineEnd: "\n", maxBytes: maxObjectBytes },
    {
      line(bytes, begin, end) {
        place++;
        if (end > begin) onObject(foundObject(bytes.subarray(begin, end), place));
      },
      tooLong: () => onObject({ place: ++place, problem: "too_long" }),
    },
  );
}

/** @param place line, or the name of the document */
export function foundObject(bytes: Buffer, place: string | number): FoundObject {
  const object = parseObject(bytes);
  return object === undefined ? { place, problem: "unreadable" } : { place, object };
}
