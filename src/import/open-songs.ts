import { z } from "zod";
import type { OpenSongs } from "../catalogue/build-job.js";
import { importSongs } from "./import.js";
import { openSources } from "./source/open.js";

/** What the build of an import is told; it can be cloned into another thread. */
export const importInputSchema = z.object({
  /** Files, folders and URLs. */
  locations: z.array(z.string()).min(1),
  map: z.array(z.object({ column: z.string(), field: z.string() })),
  /** Where downloads are kept. */
  cacheDir: z.string(),
  /** What the manifest is to say about where the songs came from. */
  source: z.object({ name: z.string(), sha256: z.string() }),
});
export type ImportInput = z.infer<typeof importInputSchema>;

/** Opens song files in the thread in which the catalogue is built; its progress is `ImportProgress`. */
export const openSongs: OpenSongs = (input, { signal, log, onProgress }) => {
  const { locations, map, cacheDir, source } = importInputSchema.parse(input);
  const imported = importSongs({
    locations: locations.map((location) => openSources(location, { cacheDir, signal, log })),
    map,
    signal,
    onProgress,
  });
  return { songs: imported.songs, source: () => source, report: () => imported.report() };
};
