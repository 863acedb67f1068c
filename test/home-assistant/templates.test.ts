import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { z } from "zod";
import { nodeTopics, replyTopic } from "../../src/contract/topics.js";
import { describeNode } from "../../src/home-assistant/discovery-payload.js";
import { connectTestClient, type TestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import { skipWithout } from "../support/needed-program.js";
import { findPython } from "../support/python.js";
import { share } from "../support/share.js";
import { type Jinja, startJinja } from "./jinja.js";
import { findSources } from "./pieces.js";

const address = { base: "earshot", node: "test" };
const topics = nodeTopics(address);
const { components } = describeNode({
  address,
  version: "1",
  micMode: "adaptive",
  hasRecommender: true,
});

const start = share(async (t) => {
  const python = await findPython("jinja2");
  return python === undefined ? undefined : await startJinja(t, python);
});

/** The Jinja of all tests here; they are skipped where there is none, unless the check demands it. */
async function needJinja(t: TestContext): Promise<Jinja | undefined> {
  const jinja = await start();
  if (jinja === undefined) skipWithout(t, { name: "python3-jinja2", word: "jinja" });
  return jinja;
}

function templateOf(key: string, option: string): string {
  return String(Reflect.get(components[key] ?? {}, option));
}

async function lastOf(home: TestClient, topic: string): Promise<string> {
  return (await home.next((seen) => seen.topic === topic)).text;
}

test("every template finds in what a node publishes what it looks for", async (t) => {
  const jinja = await needJinja(t);
  if (jinja === undefined) return;
  const node = await startNodeHere(t, { EARSHOT_MIC_ENABLED: "true" });
  const home = await connectTestClient(t, node.port);
  const reply = replyTopic(address, "homeassistant");
  await home.subscribe(reply);
  const replies: string[] = [];
  for (const title of ["Hello by Adele", "Yesterday by Adele"]) {
    const request = await jinja.render(templateOf("title", "command_template"), title);
    await home.publish(templateOf("title", "command_topic"), request);
    replies.push(await lastOf(home, reply));
  }
  await home.subscribe("earshot/test/#");
  const payloads = new Map([[reply, replies[0] ?? ""]]);
  for (const { topic } of [
    topics.info,
    topics.health,
    topics.catalogue,
    topics.lastReply,
    topics.micState,
  ]) {
    payloads.set(topic, await lastOf(home, topic));
  }
  const jobs = Object.entries(components).flatMap(([key, component]) =>
    [
      ["value_template", "state_topic"],
      ["json_attributes_template", "json_attributes_topic"],
    ].flatMap(([option = "", topicOption = ""]) => {
      const template: unknown = Reflect.get(component, option);
      const topic = String(Reflect.get(component, topicOption));
      if (typeof template !== "string") return [];
      const value = payloads.get(topic);
      assert.ok(value !== undefined, `${key}: nothing on ${topic}`);
      return [{ key, option, template, value }];
    }),
  );
  const shown: Record<string, string> = {};
  for (const { key, option, template, value } of jobs)
    shown[`${key}.${option}`] = await jinja.render(template, value);
  assert.ok(jobs.length >= 12);
  for (const [where, text] of Object.entries(shown)) assert.notEqual(text, "", where);
  const songs: unknown = JSON.parse(payloads.get(topics.lastReply.topic) ?? "");
  const { results } = z
    .object({ results: z.array(z.object({ artist: z.string(), title: z.string() })) })
    .parse(songs);
  assert.equal(
    shown["recommendation.value_template"],
    `${results[0]?.artist} – ${results[0]?.title}`,
  );
  assert.equal(shown["title.value_template"], "Hello by Adele");
  assert.equal(shown["microphone_problem.value_template"], "ON");
  assert.match(shown["microphone_problem.json_attributes_template"] ?? "", /"reason"/u);
  assert.match(shown["catalogue_size.value_template"] ?? "", /^\d+$/u);

  const event = templateOf("reply", "value_template");
  for (const [index, type] of ["ok", "error"].entries()) {
    const text = await jinja.render(event, replies[index] ?? "");
    assert.equal(z.object({ event_type: z.string() }).parse(JSON.parse(text)).event_type, type);
  }
});

test("a title goes into its request as it was typed, whatever is in it", async (t) => {
  const jinja = await needJinja(t);
  if (jinja === undefined) return;
  const titles = [
    `Don't Stop Me Now`,
    `"Heroes"`,
    `{"limit":100}`,
    `{{ 1 }} {% raw %}`,
    `a\\b <&> ü 日本 🎵`,
    "5",
  ];
  const template = templateOf("title", "command_template");
  for (const title of titles)
    assert.deepEqual(JSON.parse(await jinja.render(template, title)), { title, limit: 10 });
});

test("before the first query the latency is unknown, and states keep to 255 characters", async (t) => {
  const jinja = await needJinja(t);
  if (jinja === undefined) return;
  const long = "🎵".repeat(300);
  const reply = { query: long, match: { title: "" }, results: [{ artist: long, title: "b" }] };
  const cut = "🎵".repeat(255);
  for (const [key, value, expected] of [
    ["query_latency", { p50_ms: 0 }, "None"],
    ["query_latency", { p50_ms: 0.4 }, "0.4"],
    ["title", reply, cut],
    ["recommendation", reply, cut],
    ["recommendation", { ...reply, results: [] }, "nothing similar"],
  ] as const) {
    const template = templateOf(key, "value_template");
    assert.equal(await jinja.render(template, JSON.stringify(value)), expected);
  }
});

test("every template in the documentation can be read by Jinja", async (t) => {
  const jinja = await needJinja(t);
  if (jinja === undefined) return;
  const sources = findSources();
  assert.ok(sources.length > 5);
  for (const source of sources) await jinja.check(source);
});
