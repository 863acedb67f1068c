import assert from "node:assert/strict";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { json } from "node:stream/consumers";
import { test } from "node:test";
import { z } from "zod";
import { nodeTopics, replyTopic } from "../../src/contract/topics.js";
import { describeNode } from "../../src/home-assistant/discovery-payload.js";
import { connectTestClient, type TestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import { findPython } from "../support/python.js";
import { findSources } from "./pieces.js";

const address = { base: "earshot", node: "test" };
const topics = nodeTopics(address);
const { components } = describeNode({
  address,
  version: "1",
  micMode: "adaptive",
  hasRecommender: true,
});

/**
 * As Home Assistant renders a template of MQTT (core, mqtt/models.py and helpers/template.py): Jinja
 * in its sandbox, with `value_json` where the payload is JSON. Stricter in one thing: what is not
 * there is an error, where Home Assistant would fill its log with warnings.
 */
const renderer = `
import json, sys
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
def render(job):
    variables = {"value": job["value"]}
    try:
        variables["value_json"] = json.loads(job["value"])
    except ValueError:
        pass
    return environment.from_string(job["template"]).render(variables)
def check(source):
    environment.parse(source)
jobs = json.load(sys.stdin)
for source in jobs["sources"]:
    check(source)
json.dump([render(job) for job in jobs["jobs"]], sys.stdout)
`;

interface Job {
  readonly template: string;
  readonly value: string;
}

async function render(
  python: string,
  jobs: readonly Job[],
  sources: readonly string[] = [],
): Promise<readonly string[]> {
  const child = spawn(python, ["-c", renderer], { stdio: ["pipe", "pipe", "inherit"] });
  const exit = once(child, "exit");
  child.stdin.end(JSON.stringify({ jobs, sources }));
  const rendered = z.array(z.string()).parse(await json(child.stdout));
  assert.deepEqual((await exit)[0], 0);
  return rendered;
}

function templateOf(key: string, option: string): string {
  return String(Reflect.get(components[key] ?? {}, option));
}

async function lastOf(home: TestClient, topic: string): Promise<string> {
  return (await home.next((seen) => seen.topic === topic)).text;
}

const jinja = { module: "jinja2", debian: "python3-jinja2", word: "jinja" };

test("every template finds in what a node publishes what it looks for", async (t) => {
  const python = await findPython(t, jinja);
  if (python === undefined) return;
  const node = await startNodeHere(t, { EARSHOT_MIC_ENABLED: "true" });
  const home = await connectTestClient(t, node.port);
  const reply = replyTopic(address, "homeassistant");
  await home.subscribe(reply);
  const replies: string[] = [];
  for (const title of ["Hello by Adele", "Yesterday by Adele"]) {
    const template = templateOf("title", "command_template");
    const [request = ""] = await render(python, [{ template, value: title }]);
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
  const rendered = await render(python, jobs);
  const shown = Object.fromEntries(
    jobs.map(({ key, option }, index) => [`${key}.${option}`, rendered[index] ?? ""]),
  );
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
  const events = await render(
    python,
    replies.map((value) => ({ template: event, value })),
  );
  const types = events.map((text) => z.object({ event_type: z.string() }).parse(JSON.parse(text)));
  assert.deepEqual(
    types.map(({ event_type: type }) => type),
    ["ok", "error"],
  );
});

test("a title goes into its request as it was typed, whatever is in it", async (t) => {
  const python = await findPython(t, jinja);
  if (python === undefined) return;
  const titles = [
    `Don't Stop Me Now`,
    `"Heroes"`,
    `{"limit":100}`,
    `{{ 1 }} {% raw %}`,
    `a\\b <&> ü 日本 🎵`,
    "5",
  ];
  const template = templateOf("title", "command_template");
  const requests = await render(
    python,
    titles.map((value) => ({ template, value })),
  );
  assert.deepEqual(
    requests.map((request) => JSON.parse(request)),
    titles.map((title) => ({ title, limit: 10 })),
  );
});

test("before the first query the latency is unknown, and states keep to 255 characters", async (t) => {
  const python = await findPython(t, jinja);
  if (python === undefined) return;
  const long = "🎵".repeat(300);
  const reply = { query: long, match: { title: "" }, results: [{ artist: long, title: "b" }] };
  const rendered = await render(python, [
    { template: templateOf("query_latency", "value_template"), value: '{"p50_ms":0}' },
    { template: templateOf("query_latency", "value_template"), value: '{"p50_ms":0.4}' },
    { template: templateOf("title", "value_template"), value: JSON.stringify(reply) },
    { template: templateOf("recommendation", "value_template"), value: JSON.stringify(reply) },
    {
      template: templateOf("recommendation", "value_template"),
      value: JSON.stringify({ ...reply, results: [] }),
    },
  ]);
  const cut = "🎵".repeat(255);
  assert.deepEqual(rendered, ["None", "0.4", cut, cut, "nothing similar"]);
});

test("every template in the documentation can be read by Jinja", async (t) => {
  const python = await findPython(t, jinja);
  if (python === undefined) return;
  const sources = findSources();
  assert.ok(sources.length > 5);
  await render(python, [], sources);
});
