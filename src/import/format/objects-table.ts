import type { Cell, RowProblem, SongTable, TableBatch } from "../table.js";
import {
  acousticBrainzCells,
  acousticBrainzColumns,
  acousticBrainzMeaning,
  isAcousticBrainz,
} from "./acousticbrainz.js";
import { createBatcher } from "./batcher.js";
import { flatten, type JsonObject } from "./flatten.js";

/** One object of a source, or what stands in place of one. */
export type FoundObject =
  | { readonly place: string | number; readonly object: JsonObject }
  | { readonly place: string | number; readonly problem: RowProblem };

/** One reading of all objects; they come in groups, so that a million cost no million promises. */
export interface ObjectStream {
  readonly groups: AsyncIterable<readonly FoundObject[]>;
  consumed(): number;
}

const sampleObjects = 1000;
const maxColumns = 512;

/** How the objects of one source become cells. */
interface Shape {
  readonly columns: readonly string[];
  readonly known: ReadonlyMap<number, string> | undefined;
  cellsOf(object: JsonObject): readonly Cell[];
}

/**
 * Makes a table of objects. Its columns are the dotted paths that the first 1,000 objects have; what
 * comes up later is ignored, and counted in the table's `format`.
 *
 * @param format for people: "JSON lines, UTF-8"
 * @returns undefined when there is no object at all
 */
export async function makeObjectsTable(
  open: () => ObjectStream,
  format: string,
): Promise<SongTable | undefined> {
  const sample = await readSample(open());
  if (sample.length === 0) return undefined;
  const documents = sample.filter((object) => isAcousticBrainz(object)).length;
  const isEssentia = documents * 2 > sample.length;
  const ignored = new Set<string>();
  const shape = isEssentia ? essentiaShape(sample) : plainShape(sample, ignored);
  return {
    get format() {
      const what = isEssentia ? `${format}, AcousticBrainz documents` : format;
      return ignored.size === 0 ? what : `${what}; ${ignored.size} fields that begin late ignored`;
    },
    columns: shape.columns,
    ...(shape.known === undefined ? {} : { known: shape.known }),
    batches: { [Symbol.asyncIterator]: () => readBatches(open(), shape) },
  };
}

async function readSample(stream: ObjectStream): Promise<readonly JsonObject[]> {
  const sample: JsonObject[] = [];
  for await (const group of stream.groups) {
    for (const found of group) if ("object" in found) sample.push(found.object);
    if (sample.length >= sampleObjects) break;
  }
  return sample;
}

function plainShape(sample: readonly JsonObject[], ignored: Set<string>): Shape {
  const places = new Map<string, number>();
  for (const object of sample) {
    for (const path of flatten(object).keys()) {
      if (places.size < maxColumns && !places.has(path)) places.set(path, places.size);
    }
  }
  return {
    columns: [...places.keys()],
    known: undefined,
    cellsOf(object) {
      const cells = Array<Cell>(places.size).fill(undefined);
      for (const [path, cell] of flatten(object)) {
        const place = places.get(path);
        if (place !== undefined) cells[place] = cell;
        else if (ignored.size < maxColumns) ignored.add(path);
      }
      return cells;
    },
  };
}

/** Of the fields that AcousticBrainz defines, those that the sample has. */
function essentiaShape(sample: readonly JsonObject[]): Shape {
  const rows = sample.map((object) => acousticBrainzCells(object));
  const present = acousticBrainzColumns
    .map((_, index) => index)
    .filter((index) => rows.some((cells) => cells[index] !== undefined));
  return {
    columns: present.map((index) => acousticBrainzColumns[index] ?? ""),
    known: new Map(
      present.map((index, column) => [column, acousticBrainzMeaning.get(index) ?? ""]),
    ),
    cellsOf(object) {
      const cells = acousticBrainzCells(object);
      return present.map((index) => cells[index]);
    },
  };
}

async function* readBatches(stream: ObjectStream, shape: Shape): AsyncGenerator<TableBatch> {
  const batcher = createBatcher(stream);
  for await (const group of stream.groups) {
    for (const found of group) {
      if ("object" in found) batcher.row(found.place, shape.cellsOf(found.object));
      else batcher.problem(found.place, found.problem);
    }
    yield* batcher.take();
  }
  yield* batcher.takeAll();
}
