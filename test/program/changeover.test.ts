import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { buildCatalogue } from "../../src/catalogue/build.js";
import { writeCurrent } from "../../src/catalogue/current.js";
import { listCatalogues, selectCatalogue } from "../../src/catalogue/store.js";
import { replySchema } from "../../src/contract/reply.js";
import { catalogueSchema, infoSchema } from "../../src/contract/state.js";
import { createDeferred } from "../../src/deferred.js";
import { recordLog } from "../support/logs.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { runHere } from "../support/command-here.js";
import { shareNode } from "../support/share.js";

const sharedNode = shareNode();
const ours = "Bohemian Rhapsody";

async function buildOther(dataDir: string) {
  return await buildCatalogue({
    dataDir,
    name: "other",
    songs: [...generateSongs(300), { title: ours, artist: "Queen", features: { tempo: 70 } }],
    source: { name: "invented", sha256: "0".repeat(64) },
    log: recordLog(),
  });
}

test("over ten changes of the live catalogue each request gets exactly one good reply", async (t) => {
  const node = await sharedNode();
  const other = await buildOther(node.dataDir);
  const client = await connectTestClient(t, node.port);
  await client.subscribe("earshot/test/catalogue");
  const nextLive = async (name: string) => {
    const message = await client.next(
      ({ topic, text }) => topic.endsWith("/catalogue") && JSON.parse(text).name === name,
    );
    return catalogueSchema.parse(JSON.parse(message.text));
  };
  await nextLive("starter");
  const replies = new Map<string, number>();
  const sizes = new Set<number>();
  const done = createDeferred<void>();
  let sent = 0;
  let received = 0;
  let isOver = false;
  const asker = await connectTestClient(t, node.port);
  const send = (): void => {
    sent += 1;
    const request = JSON.stringify({ id: `q${sent}`, title: ours });
    // Under ten names, so that no rate limit comes in.
    const topic = `earshot/test/recommend/request/hammer${sent % 10}`;
    asker.client.publish(topic, request, { qos: 1 });
  };
  await asker.subscribe("earshot/test/recommend/reply/+");
  asker.client.on("message", (_topic, payload) => {
    const reply = replySchema.parse(JSON.parse(payload.toString()));
    replies.set(reply.id, (replies.get(reply.id) ?? 0) + 1);
    if (reply.status !== "ok") done.reject(new Error(payload.toString()));
    else sizes.add(reply.results[0]?.distance ?? 0);
    received += 1;
    // So busy that a request is on its way at each change, and no busier.
    if (!isOver) setTimeout(send, 4);
    else if (received === sent) done.resolve();
  });
  for (let inFlight = 0; inFlight < 4; inFlight += 1) send();
  for (let change = 0; change < 5; change += 1) {
    await writeCurrent(node.dataDir, other);
    assert.equal((await nextLive("other")).songs, other.songs);
    await selectCatalogue(node.dataDir, "starter");
    await nextLive("starter");
  }
  isOver = true;
  await done.promise;
  assert.equal(replies.size, sent);
  assert.ok([...replies.values()].every((count) => count === 1));
  assert.equal(sizes.size, 2, "both catalogues have answered");
});

test("info names the new catalogue, and the command line changes it as well", async (t) => {
  const node = await sharedNode();
  const client = await connectTestClient(t, node.port);
  await client.subscribe("earshot/test/info");
  const { code, stdout } = await runHere(["catalogue", "use", "other"], node.env);
  assert.equal(code, 0, stdout);
  const named = await client.next(
    ({ text }) => infoSchema.parse(JSON.parse(text)).catalogue?.name === "other",
  );
  assert.equal(infoSchema.parse(JSON.parse(named.text)).catalogue?.version, 1);
});

test("a damaged new catalogue does not become live; log and doctor say so", async (t) => {
  const node = await sharedNode();
  const client = await connectTestClient(t, node.port);
  await client.subscribe("earshot/test/catalogue");
  const damaged = await buildOther(node.dataDir);
  const id = `other@${damaged.version}`;
  await appendFile(join(node.dataDir, "catalogues", id, "index.hnsw"), "x");
  await writeCurrent(node.dataDir, damaged);
  // What is asked for after the damaged one is looked at after it.
  await selectCatalogue(node.dataDir, "starter");
  await client.next(({ text }) => catalogueSchema.parse(JSON.parse(text)).name === "starter");
  await writeCurrent(node.dataDir, damaged);
  const { code, stdout } = await runHere(["doctor"], node.env);
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`${id} \\(live\\) is damaged: .*catalogue use`, "u"));
  assert.match(node.log.join("\n"), new RegExp(`${id} cannot be used, \\S+ stays live`, "u"));
  const stored = await listCatalogues(node.dataDir);
  assert.ok(stored.some(({ version, isCurrent }) => isCurrent && version === damaged.version));
});
