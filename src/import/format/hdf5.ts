import { readSync } from "node:fs";
import type { ready } from "h5wasm";
import { EarshotError, messageOf } from "../../errors.js";
import type { Cell } from "../table.js";
import { cellReader } from "./hdf5-cells.js";

/** Rows of a table or matrix, the first one being 0. */
export interface RowRange {
  readonly from: number;
  readonly count: number;
}

/** A table of records within an HDF5 file. */
export interface Hdf5Table {
  readonly rows: number;
  /** Names of the fields whose values are single numbers or texts of fixed length. */
  readonly fields: readonly string[];
  /** The values of some fields of some rows, row by row; rows of at most `maxReadBytes` in all. */
  read(range: RowRange, fields: readonly string[]): readonly Cell[][];
}

/** Lists of numbers of one length within an HDF5 file. */
export interface Hdf5Matrix {
  readonly rows: number;
  readonly width: number;
  /** The values of some rows, one row after the other. */
  read(range: RowRange): Float64Array;
}

/** An open HDF5 file; every method throws EarshotError `bad_song_file` when the file is damaged. */
export interface Hdf5File {
  /** undefined when there is no table of records at that path */
  table(path: string): Hdf5Table | undefined;
  /** undefined when there is no matrix of 64-bit floating point numbers at that path */
  matrix(path: string): Hdf5Matrix | undefined;
  close(): void;
}

/** An open file, as the operating system knows it and as people do. */
export interface Hdf5Source {
  readonly descriptor: number;
  readonly bytes: number;
  readonly name: string;
}

/** Most bytes that one read, or one compressed piece of the file, may take in memory. */
export const maxReadBytes = 64 * 2 ** 20;

/** Whether bytes begin with the signature of HDF5 (format specification, III.A). */
export function isHdf5(head: Buffer): boolean {
  return head.toString("latin1", 0, 8) === "\x89HDF\r\n\x1a\n";
}

type Module = Awaited<typeof ready>;

let loading: Promise<Module> | undefined;

/** The library takes half a second and 40 MB to load: only a person with such a file pays. */
async function loadLibrary(): Promise<Module> {
  const { ready } = await import("h5wasm");
  const library = await ready;
  // Otherwise every fault is written to standard error, on a dozen lines.
  library.activate_throwing_error_handler();
  return library;
}

let opened = 0;

/**
 * Opens an HDF5 file for reading in pieces: it is never in memory whole.
 *
 * The library has a file system of its own, in which this is the only file. So a file that names
 * others (external links, external storage) reaches nothing on this machine.
 *
 * @throws EarshotError `bad_song_file` when it is damaged or cut short
 */
export async function openHdf5(source: Hdf5Source): Promise<Hdf5File> {
  loading ??= loadLibrary();
  const library = await loading;
  const path = `/songs-${++opened}.h5`;
  exposeFile(library, path, source);
  const guarded = <T>(action: () => T): T => {
    try {
      return action();
    } catch (cause) {
      throw damaged(source.name, cause);
    }
  };
  try {
    const file = guarded(() => openReadOnly(library, path));
    if (file <= 0n) throw damaged(source.name, "the library refuses it");
    return {
      table: (name) => guarded(() => findTable({ library, file, path: name, guarded })),
      matrix: (name) => guarded(() => findMatrix({ library, file, path: name, guarded })),
      close() {
        library.close_file(file);
        library.FS.unlink(path);
      },
    };
  } catch (error) {
    library.FS.unlink(path);
    throw error;
  }
}

/** Files of every version of the library. */
function openReadOnly(library: Module, path: string): bigint {
  const { H5F_ACC_RDONLY, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST } = library;
  return library.open(path, H5F_ACC_RDONLY, false, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
}

/** A file in the library's memory without content, whose reads are served by the real one. */
function exposeFile(library: Module, path: string, { descriptor, bytes }: Hdf5Source): void {
  library.FS.writeFile(path, "");
  const { node } = library.FS.lookupPath(path, {});
  const operations: unknown = Reflect.get(node, "stream_ops");
  if (typeof operations !== "object" || !Reflect.has(node, "usedBytes")) {
    throw new EarshotError("internal", "h5wasm's file system is not the one of version 0.10");
  }
  const read = (...[, buffer, offset, length, position]: ReadArguments) =>
    readSync(descriptor, buffer, offset, length, position);
  Object.assign(node, { usedBytes: bytes, stream_ops: { ...operations, read } });
}

type ReadArguments = [
  stream: unknown,
  buffer: Int8Array,
  offset: number,
  length: number,
  position: number,
];

interface Place {
  readonly library: Module;
  readonly file: bigint;
  readonly path: string;
  readonly guarded: <T>(action: () => T) => T;
}

type Metadata = ReturnType<Module["get_dataset_metadata"]>;

/** undefined when there is no dataset with rows at the path. */
function describe({ library, file, path }: Place): (Metadata & { shape: number[] }) | undefined {
  const names = library.get_names(file, "/", true);
  if (!names.includes(path.slice(1))) return undefined;
  if (library.get_type(file, path) !== library.H5G_DATASET) return undefined;
  const metadata = library.get_dataset_metadata(file, path);
  const { chunks, shape, size } = metadata;
  const pieceBytes = (chunks ?? [1]).reduce((a, b) => a * b, size);
  if (pieceBytes > maxReadBytes) throw new Error(`a piece of ${path} has ${pieceBytes} bytes`);
  return shape === null || shape.length === 0 ? undefined : { ...metadata, shape };
}

function findTable(place: Place): Hdf5Table | undefined {
  const metadata = describe(place);
  if (metadata?.compound_type === undefined) return undefined;
  const { shape, size } = metadata;
  const readers = new Map(
    metadata.compound_type.members.flatMap((member) => {
      const reader = cellReader(member);
      return reader === undefined ? [] : [[member.name, reader] as const];
    }),
  );
  return {
    rows: shape[0] ?? 0,
    fields: [...readers.keys()],
    read: ({ from, count }, fields) => {
      const wanted = fields.flatMap((field) => readers.get(field) ?? []);
      const bytes = readBytes(place, { offset: [from], count: [count] }, size * count);
      return Array.from({ length: count }, (_, row) =>
        wanted.map((reader) => reader(bytes, row * size)),
      );
    },
  };
}

function findMatrix(place: Place): Hdf5Matrix | undefined {
  const metadata = describe(place);
  const [rows = 0, width = 0, ...more] = metadata?.shape ?? [];
  if (metadata?.type !== 1 || metadata.size !== 8 || more.length > 0 || width === 0)
    return undefined;
  return {
    rows,
    width,
    read({ from, count }) {
      const bytes = readBytes(
        place,
        { offset: [from, 0], count: [count, width] },
        count * width * 8,
      );
      return Float64Array.from({ length: count * width }, (_, index) =>
        metadata.littleEndian ? bytes.readDoubleLE(index * 8) : bytes.readDoubleBE(index * 8),
      );
    },
  };
}

/** Reads a block of a dataset, as it lies in the file, into memory of our own. */
function readBytes(
  { library, file, path, guarded }: Place,
  block: { readonly offset: readonly number[]; readonly count: readonly number[] },
  bytes: number,
): Buffer {
  return guarded(() => {
    if (bytes > maxReadBytes) throw new Error(`${bytes} bytes of ${path} are too many at once`);
    if (bytes === 0) return Buffer.alloc(0);
    // oxlint-disable-next-line no-underscore-dangle -- Emscripten's name
    const pointer = library._malloc(bytes);
    if (pointer === 0) throw new Error("out of memory");
    try {
      const strides = block.count.map(() => 1n);
      const [count, offset] = [block.count.map(BigInt), block.offset.map(BigInt)];
      const address = BigInt(pointer);
      if (library.get_dataset_data(file, path, count, offset, strides, address) < 0) {
        throw new Error(`${path} cannot be unpacked`);
      }
      return Buffer.from(library.HEAPU8.slice(pointer, pointer + bytes).buffer);
    } finally {
      // oxlint-disable-next-line no-underscore-dangle -- Emscripten's name
      library._free(pointer);
    }
  });
}

function damaged(name: string, cause: unknown): EarshotError {
  if (cause instanceof EarshotError) return cause;
  const reason = innermost(messageOf(cause));
  return new EarshotError(
    "bad_song_file",
    `${name} is a damaged or cut HDF5 file, or none that can be read: ${reason}; fetch it again`,
    { cause },
  );
}

/** The library tells where a fault came through, line by line; the last one is its cause. */
function innermost(text: string): string {
  const reasons = [...text.matchAll(/\(\): (.+?)(?= major:| #\d{3}:|$)/gu)];
  return (reasons.at(-1)?.[1] ?? text).slice(0, 200).trim();
}
