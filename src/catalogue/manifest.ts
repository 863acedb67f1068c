import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { EarshotError, messageOf } from "../errors.js";
import { sha256OfFile, sha256OfText } from "../storage/durable-files.js";

/** Version of all that a catalogue folder holds. */
export const catalogueFormat = 4;
/** What can be read; format 3 has no lists of neighbours. A reader refuses any other. */
const readableFormats = [3, catalogueFormat] as const;

/** The files of a catalogue beside its manifest; only some have the last one. */
export const catalogueFiles = ["songs.db", "index.hnsw", "neighbours.bin"] as const;

export const manifestFile = "manifest.json";

/** What an import has to say about its source; for people, and not needed to use the catalogue. */
export const reportFile = "report.json";

/** A catalogue's name: it is part of a folder's name and of `name@version`. */
export const catalogueName = /^[a-z0-9_-]{1,64}$/u;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/u);
const count = z.int().min(0);
/** Size and sum of one file. */
export const fileSealSchema = z.strictObject({ bytes: count, sha256 });
export type FileSeal = Readonly<z.infer<typeof fileSealSchema>>;

export const manifestSchema = z.strictObject({
  format: z.literal(readableFormats),
  name: z.string().regex(catalogueName),
  version: z.int().min(1),
  /** ISO 8601, UTC. */
  built_at: z.iso.datetime(),
  /** Songs in the catalogue. */
  songs: count,
  /** Songs of the source that were left out because they repeat one that is in. */
  repeated: count,
  /** Distinct vectors: the points of the vector index. */
  points: count,
  dimensions: z.int().min(1),
  /** What songs are compared by; centre and spread in the feature's unit, tempo's in octaves. */
  features: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.string(),
      centre: z.number(),
      spread: z.number().positive(),
      weight: z.number().positive(),
    }),
  ),
  /** Columns of the source that cannot tell songs apart. */
  dropped: z.array(z.strictObject({ name: z.string(), reason: z.enum(["unknown", "constant"]) })),
  source: z.strictObject({ name: z.string(), sha256 }),
  note: z.string().optional(),
  files: z.strictObject({
    "songs.db": fileSealSchema,
    "index.hnsw": fileSealSchema,
    "neighbours.bin": fileSealSchema.optional(),
  }),
  /** The SHA-256 of the manifest's JSON without this key, which covers every file. */
  sha256,
});

/** What a catalogue is: where it came from, what it measures, and the sums that prove it whole. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** The bytes of all files of a catalogue beside its manifest. */
export function bytesOf({ files }: Pick<Manifest, "files">): number {
  return Object.values(files).reduce((sum, file) => sum + (file?.bytes ?? 0), 0);
}

/** Puts the sum over it all into a manifest and gives its text. */
export function sealManifest(unsealed: Omit<Manifest, "sha256">): string {
  const seal = sha256OfText(JSON.stringify(unsealed));
  return `${JSON.stringify({ ...unsealed, sha256: seal }, undefined, 2)}\n`;
}

/**
 * Reads and checks the manifest of a catalogue folder; the other files are not looked at.
 *
 * @throws EarshotError `bad_catalogue` when it is missing, damaged or of another format
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, manifestFile);
  const content = await readJsonObject(path);
  if (!readableFormats.some((format) => format === content["format"])) {
    throw new EarshotError(
      "bad_catalogue",
      `${path} is of format ${String(content["format"])}, this program reads ${readableFormats.join(" and ")}; build the catalogue again`,
    );
  }
  const { sha256: seal, ...unsealed } = content;
  if (seal !== sha256OfText(JSON.stringify(unsealed))) {
    throw damaged(path, "its text does not match its own SHA-256");
  }
  const parsed = manifestSchema.safeParse(content);
  if (!parsed.success) throw damaged(path, messageOf(parsed.error));
  return parsed.data;
}

/**
 * Reads the manifest and compares size and SHA-256 of every file with it. Nothing native has
 * touched the files by then: a damaged index can take the process down.
 *
 * @throws EarshotError `bad_catalogue` naming the file that is missing or damaged
 */
export async function verifyFolder(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  for (const file of catalogueFiles) {
    const path = join(folder, file);
    const expected = manifest.files[file];
    if (expected === undefined) continue;
    const bytes = await sizeOf(path);
    if (bytes !== expected.bytes) {
      throw damaged(path, `it has ${bytes ?? "no"} bytes, its manifest says ${expected.bytes}`);
    }
    if ((await sha256OfFile(path)) !== expected.sha256) {
      throw damaged(path, "its content does not match the SHA-256 in its manifest");
    }
  }
  return manifest;
}

async function readJsonObject(path: string): Promise<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(await readFile(path, "utf8"));
    return z.record(z.string(), z.unknown()).parse(content);
  } catch (cause) {
    throw damaged(path, messageOf(cause), cause);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

function damaged(path: string, reason: string, cause?: unknown): EarshotError {
  return new EarshotError(
    "bad_catalogue",
    `${path} is damaged: ${reason}; choose another catalogue or build this one again`,
    { cause },
  );
}
