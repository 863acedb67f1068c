import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { connectAsync } from "mqtt";
import { programRoot } from "../../../src/program.js";
import { findFreePort, run } from "../../support/mosquitto.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { brokerConfig, startListeners } from "./support.js";

test("the commands of docs/broker.md make certificates that the broker and its clients take", async (t) => {
  const folder = await makeTempFolder(t);
  const page = await readFile(join(programRoot, "docs", "broker.md"), "utf8");
  const blocks = [...page.matchAll(/^```sh\n([^`]*openssl[^`]*)```$/gmu)].map(
    ([, block = ""]) => block,
  );
  assert.equal(blocks.length, 3);
  const script = blocks.join("").replaceAll("192.168.1.10", "127.0.0.1");
  await run("sh", ["-ec", script], { cwd: folder });
  const path = (name: string): string => join(folder, name);
  const port = await findFreePort();
  const files = { cert: path("broker.crt"), key: path("broker.key"), clientCa: path("ca.crt") };
  const { peers } = await startListeners(t, brokerConfig({ ...files, port }));
  const [ca, cert, key] = await Promise.all(
    ["ca.crt", "bedroom.crt", "bedroom.key"].map((name) => readFile(path(name))),
  );
  assert.ok(ca !== undefined && cert !== undefined && key !== undefined);
  for (const options of [{ ca }, { ca, cert, key }]) {
    const client = await connectAsync(`mqtts://127.0.0.1:${port}`, {
      reconnectPeriod: 0,
      ...options,
    });
    await client.endAsync();
  }
  assert.deepEqual(
    peers.map(({ certificateName }) => certificateName),
    [undefined, "bedroom"],
  );
});
