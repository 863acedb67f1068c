import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { Cleanup } from "../support/temp-folder.js";

/** Home Assistant's templates, rendered by the Jinja of Python. */
export interface Jinja {
  /** Renders a template for what came over MQTT. */
  render(template: string, value: string): Promise<string>;
  /** Fails where Jinja cannot read a template. */
  check(template: string): Promise<void>;
}

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
def render(template, value):
    variables = {"value": value}
    try:
        variables["value_json"] = json.loads(value)
    except ValueError:
        pass
    return environment.from_string(template).render(variables)
def answer(job):
    try:
        if "value" in job:
            return {"text": render(job["template"], job["value"])}
        environment.parse(job["template"])
        return {"text": ""}
    except Exception as error:
        return {"error": repr(error)}
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
`;

const answerSchema = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ error: z.string() }),
]);

/** Starts the one Python that renders all templates of a file of tests, one after the other. */
export async function startJinja(t: Cleanup, python: string): Promise<Jinja> {
  const child = spawn(python, ["-c", renderer], { stdio: ["pipe", "pipe", "inherit"] });
  const exit = once(child, "exit");
  t.after(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  await once(child, "spawn");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (job: { readonly template: string; readonly value?: string }) => {
    child.stdin.write(`${JSON.stringify(job)}\n`);
    const line = await lines.next();
    assert.ok(line.done !== true, "Python has ended");
    const answer = answerSchema.parse(JSON.parse(line.value));
    assert.ok("text" in answer, `${JSON.stringify(answer)}: ${job.template}`);
    return answer.text;
  };
  return {
    render: (template, value) => ask({ template, value }),
    async check(template) {
      await ask({ template });
    },
  };
}
