import assert from "node:assert/strict";
import { test } from "node:test";
import { z, type ZodType } from "zod";
import { replySchema } from "../../src/contract/reply.js";
import { requestSchema } from "../../src/contract/request.js";
import { catalogueSchema, healthSchema, infoSchema, peakSchema } from "../../src/contract/state.js";

test("the schemas that validate messages can be exported as JSON Schema", () => {
  const schemas: Readonly<Record<string, ZodType>> = {
    request: requestSchema,
    reply: replySchema,
    info: infoSchema,
    health: healthSchema,
    catalogue: catalogueSchema,
    peak: peakSchema,
  };
  for (const [name, schema] of Object.entries(schemas)) {
    const exported = z.toJSONSchema(schema, { io: "input", unrepresentable: "throw" });
    assert.equal(exported.$schema, "https://json-schema.org/draft/2020-12/schema", name);
  }
  const request = z.toJSONSchema(requestSchema, { io: "input" });
  assert.equal(request.additionalProperties, false);
  assert.deepEqual(Object.keys(request.properties ?? {}), [
    "title",
    "artist",
    "song_id",
    "limit",
    "id",
    "filters",
    "max_per_artist",
    "reply_to",
  ]);
});
