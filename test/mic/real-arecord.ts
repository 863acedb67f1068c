import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";

/** Where the real arecord is; `undefined` where alsa-utils is not installed. */
export const realArecord = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "arecord"))
  .find((path) => existsSync(path));

/** The reason to skip a test, or false. */
export const skipWithoutArecord = realArecord === undefined && "arecord is not installed";

/**
 * Defines the ALSA device `ci`, which reads `path` bit-exactly, as fast as it is asked to, and
 * silence after the end; until the test is over.
 */
export async function useFileAsDevice(t: TestContext, path: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "earshot-alsa-"));
  const config = join(folder, "alsa.conf");
  await writeFile(
    config,
    `</usr/share/alsa/alsa.conf>
pcm.ci { type file slave.pcm null file /dev/null infile ${path} format raw }
`,
  );
  const before = process.env["ALSA_CONFIG_PATH"];
  process.env["ALSA_CONFIG_PATH"] = config;
  t.after(async () => {
    if (before === undefined) delete process.env["ALSA_CONFIG_PATH"];
    else process.env["ALSA_CONFIG_PATH"] = before;
    // What it ended may still be writing; an error here would keep later hooks from running.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
}
