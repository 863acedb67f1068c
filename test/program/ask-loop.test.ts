import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { connectTestClient, type TestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import { type OpenBroker, startOpenBroker } from "../support/open-broker.js";
import { keys, needScript, type PseudoTerminal, startInTerminal } from "./pseudo-terminal.js";

const peak = JSON.stringify({
  event_type: "peak",
  id: "1",
  node: "test",
  time: "2026-11-23T10:15:30.120Z",
  level_db: -18.2,
  peak_db: -6,
  threshold_db: -36,
  noise_floor_db: -52.4,
  duration_ms: 42,
});

interface Scene {
  readonly broker: OpenBroker;
  readonly client: TestClient;
  readonly terminal: PseudoTerminal;
}

/** A node, a microphone that the test plays over MQTT, and `earshot ask` in front of a person. */
async function openScene(
  t: TestContext,
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly micState?: string;
    readonly retainedPeak?: string;
  } = {},
): Promise<Scene> {
  const broker = await startOpenBroker(t);
  const node = await startNodeHere(t, { ...broker.env, ...options.env });
  const client = await connectTestClient(t, node.port);
  await client.subscribe("earshot/+/recommend/request/+");
  for (const [level, text] of [
    ["state", options.micState],
    ["peak", options.retainedPeak],
  ] as const) {
    if (text !== undefined)
      await client.publish(`earshot/test/mic/${level}`, text, { retain: true });
  }
  const terminal = startInTerminal(t, ["ask", "--limit", "3"], node.env);
  await terminal.shown(`Listening with test at 127.0.0.1:${node.port}.`);
  return { broker, client, terminal };
}

function assertCleanTerminal(terminal: PseudoTerminal): void {
  assert.match(terminal.all(), /[^-]icanon/u);
  assert.match(terminal.all(), /[^-]echo /u);
}

test("a sound is followed by the question, the answer by the songs, and then it listens again; a retained peak and nonsense begin none", async (t) => {
  if (!needScript(t)) return;
  const { client, terminal } = await openScene(t, { micState: "listening", retainedPeak: peak });
  await client.publish("earshot/test/mic/peak", "{");
  await client.publish("earshot/test/mic/level", "loud");
  await client.publish("earshot/test/mic/level", "-42.5");
  const before = await terminal.shown("█░░░░░░░░░░░░░░░░░░░░░ -42.5 dBFS");
  assert.doesNotMatch(before, /heard something|What is playing/u);
  for (const title of ["bohemian rapsody", "Yesterday"]) {
    await client.publish("earshot/test/mic/peak", peak);
    await terminal.shown("heard something (-18 dBFS)\r\n");
    await terminal.shown("What is playing? ");
    terminal.type(`${title}${keys.enter}`);
    await terminal.shown("Nearest by sound to ");
    await terminal.shown("  1  ");
    await terminal.shown("  3  ");
    await terminal.shown("-42.5 dBFS");
    const request = await client.next(({ topic }) => topic.includes("/request/"));
    assert.match(request.topic, /^earshot\/test\/recommend\/request\/cli-/u);
    assert.equal(JSON.parse(request.text).title, title);
  }
  terminal.type(keys.ctrlC);
  assert.equal(await terminal.ended(), 0);
  assertCleanTerminal(terminal);
});

test("without a microphone Enter asks; an empty answer listens again; Ctrl-D ends it", async (t) => {
  if (!needScript(t)) return;
  const { client, terminal } = await openScene(t);
  await terminal.shown("node test has no microphone; press Enter to ask anyway");
  await client.publish("earshot/test/mic/state", "unavailable", { retain: true });
  await terminal.shown("the microphone is unavailable; press Enter to ask anyway");
  terminal.type(`not shown${keys.enter}`);
  assert.doesNotMatch(await terminal.shown("What is playing? "), /not shown/u);
  terminal.type(keys.enter);
  await terminal.shown("waiting for Enter");
  terminal.type(keys.enter);
  await terminal.shown("What is playing? ");
  terminal.type(`Hello Nobodyatall${keys.enter}`);
  await terminal.shown('earshot ask: the catalogue has no song "Hello Nobodyatall"');
  await terminal.shown("waiting for Enter");
  terminal.type(keys.ctrlD);
  assert.equal(await terminal.ended(), 0);
  assertCleanTerminal(terminal);
  assert.equal(terminal.all().match(/microphone is unavailable/gu)?.length, 1);
});

test("a node that recommends nothing is listened to, and any other asked; Ctrl-C ends the waiting", async (t) => {
  if (!needScript(t)) return;
  const env = { EARSHOT_RECOMMENDER_ENABLED: "false" };
  const { client, terminal } = await openScene(t, { env, micState: "listening" });
  await terminal.shown("listening");
  await client.publish("earshot/test/mic/peak", peak);
  await terminal.shown("What is playing? ");
  terminal.type(`Hello${keys.enter}`);
  const request = await client.next(({ topic }) => topic.includes("/request/"));
  assert.match(request.topic, /^earshot\/any\/recommend\/request\//u);
  terminal.type(keys.ctrlC);
  assert.equal(await terminal.ended(), 0);
});

test("when the broker goes, the loop ends with 1 and one plain line", async (t) => {
  if (!needScript(t)) return;
  const { broker, terminal } = await openScene(t, { micState: "listening" });
  await terminal.shown("listening");
  await broker.stop();
  assert.equal(await terminal.ended(), 1);
  assert.match(
    terminal.all(),
    /\u001B\[Kearshot ask: the broker at 127\.0\.0\.1:\d+ has gone; when it is back \(earshot start\), run this again\r\n/u,
  );
  assertCleanTerminal(terminal);
});
