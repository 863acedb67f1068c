import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { replaceFile } from "../storage/durable-files.js";

const settingsSchema = z.object({
  enabled: z.boolean().optional(),
  /** By detector mode: a rise and a level in dBFS are different things. */
  thresholds: z.record(z.string(), z.number()).optional(),
});

/** What was changed over MQTT and holds over a restart. */
export type MicSettings = Readonly<z.infer<typeof settingsSchema>>;

/** The file for it in the data folder. */
export interface MicSettingsFile {
  /**
   * What was saved; nothing when there is no file. A file that cannot be read or understood may be
   * that of a person who has switched the microphone off: it is warned of, and means off.
   */
  load(): Promise<MicSettings>;
  /** Resolves when it is on the disk. */
  save(settings: MicSettings): Promise<void>;
}

/** Opens `<data.dir>/mic.json`. */
export function openMicSettings(dataDir: string, log: Log): MicSettingsFile {
  const path = join(dataDir, "mic.json");
  return {
    async load() {
      try {
        return settingsSchema.parse(JSON.parse(await readFile(path, "utf8")));
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
        log.warn(
          { path, reason: messageOf(error) },
          "microphone settings are unreadable: it stays off until mic/enabled/set says ON",
        );
        return { enabled: false };
      }
    },
    save: (settings) => replaceFile(path, `${JSON.stringify(settings)}\n`),
  };
}
