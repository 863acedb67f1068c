import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";

/** A folder of the test's own with a program named `arecord` at the front of the PATH. */
export interface FakeArecord {
  readonly folder: string;
  /**
   * Replaces the program.
   *
   * @param script what it does, for sh; `$here` is the folder, `$run` counts the runs from 1. Asked
   *   for a list (`-l`) it answers with one USB microphone on card 1.
   */
  become(script: string): Promise<void>;
  /** Writes a file into the folder. */
  put(name: string, content: Uint8Array | string): Promise<string>;
}

const listing = `**** List of CAPTURE Hardware Devices ****
card 1: Device [USB PnP Sound Device], device 0: USB Audio [USB Audio]
  Subdevices: 1/1
  Subdevice #0: subdevice #0`;

/** Creates the folder and puts it on the PATH of this process until the test is over. */
export async function createFakeArecord(t: TestContext): Promise<FakeArecord> {
  const folder = await mkdtemp(join(tmpdir(), "earshot-mic-"));
  const bin = join(folder, "bin");
  await mkdir(bin);
  const path = process.env["PATH"] ?? "";
  process.env["PATH"] = `${bin}${delimiter}${path}`;
  t.after(async () => {
    process.env["PATH"] = path;
    // What it ended may still be writing; an error here would keep later hooks from running.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  const put = async (name: string, content: Uint8Array | string): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  return {
    folder,
    put,
    async become(script) {
      const program = join(bin, "arecord");
      await put("bin/arecord.new", wrap(folder, script));
      await chmod(join(bin, "arecord.new"), 0o755);
      await rename(join(bin, "arecord.new"), program);
    },
  };
}

/** Leaves this process no `arecord`, and no other program, until the test is over. */
export function hideArecord(t: TestContext): void {
  const path = process.env["PATH"] ?? "";
  process.env["PATH"] = "/nonexistent";
  t.after(() => {
    process.env["PATH"] = path;
  });
}

/** With what the shell has built in: it begins hundreds of times, and each program would cost as much. */
function wrap(folder: string, script: string): string {
  return `#!/bin/sh
here='${folder}'
if [ "$1" = "-l" ]; then
echo '${listing}'
exit 0
fi
echo "$@" >> "$here/arguments"
run=0
while read -r _; do run=$((run + 1)); done < "$here/arguments"
${script}
`;
}

/** The 44-byte header that arecord writes before an endless recording. */
export function wavHeader(rateHz = 44_100): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(0x80000024, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(0x80000000, 40);
  return header;
}

/** A recording as arecord writes it: header and samples. */
export function recording(samples: Int16Array): Buffer {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return Buffer.concat([wavHeader(), bytes]);
}
