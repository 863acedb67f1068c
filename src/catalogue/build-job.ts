import { z } from "zod";
import type { ThreadContext } from "../worker-thread.js";
import type { BuildProgress } from "./build-contents.js";
import type { Manifest } from "./manifest.js";
import type { SongStream } from "./song-input.js";

/** A build that can be described to another thread. */
export const buildJobSchema = z.object({
  dataDir: z.string(),
  name: z.string(),
  /** Where the songs come from. */
  songs: z.object({
    /** URL of a compiled module that exports `openSongs`, an `OpenSongs`. */
    module: z.string(),
    /** What `openSongs` is called with; anything that can be cloned into another thread. */
    input: z.unknown(),
  }),
});
export type BuildJob = Readonly<z.infer<typeof buildJobSchema>>;

/** Songs that were opened in the thread in which the catalogue is built. */
export interface OpenedSongs {
  readonly songs: SongStream;
  /** Asked after the last song. */
  source(): Manifest["source"];
  readonly note?: string | undefined;
  /** Kept as `report.json` and handed to whoever started the build; asked after the last song. */
  report?(): object;
}

/**
 * What the module of a job exports as `openSongs`. Its `onProgress` reaches the starter of the
 * build as it is; its signal is aborted when the build is called off.
 */
export type OpenSongs = (
  input: unknown,
  context: ThreadContext,
) => OpenedSongs | Promise<OpenedSongs>;

/** What a build tells about itself: how far it is, or what the module of its songs has to tell. */
export type JobProgress =
  | { readonly from: "build"; readonly progress: BuildProgress }
  | { readonly from: "songs"; readonly details: unknown };
