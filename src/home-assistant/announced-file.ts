import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { replaceFile } from "../storage/durable-files.js";

const announcementSchema = z.object({
  /** The discovery topic on which the message lies, retained. */
  topic: z.string(),
  base: z.string(),
  node: z.string(),
  /** The platform of each entity, by key. */
  components: z.record(z.string(), z.string()),
});

const fileSchema = z.object({ announced: z.array(announcementSchema) });

/** One device that this node has shown to Home Assistant, under this name or a former one. */
export type Announcement = Readonly<z.infer<typeof announcementSchema>>;

/** What lies on the broker because of this node, in the data folder. */
export interface AnnouncedFile {
  /** Nothing when there is no file, or it cannot be understood (which is logged). */
  load(): Promise<readonly Announcement[]>;
  /** Resolves when it is on the disk; what the disk holds already is not written again. */
  save(announced: readonly Announcement[]): Promise<void>;
}

/** Opens `<data.dir>/home-assistant.json`. */
export function openAnnouncedFile(dataDir: string, log: Log): AnnouncedFile {
  const path = join(dataDir, "home-assistant.json");
  let saved = encode([]);
  return {
    async load() {
      try {
        const { announced } = fileSchema.parse(JSON.parse(await readFile(path, "utf8")));
        saved = encode(announced);
        return announced;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
        log.warn({ path, reason: messageOf(error) }, "what was announced before is unreadable");
        return [];
      }
    },
    async save(announced) {
      const text = encode(announced);
      if (text === saved) return;
      await replaceFile(path, text);
      saved = text;
    },
  };
}

function encode(announced: readonly Announcement[]): string {
  return `${JSON.stringify({ announced })}\n`;
}
