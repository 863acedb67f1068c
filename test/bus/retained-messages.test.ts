import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "../../src/bus/connection.js";
import { createRetainedMessages } from "../../src/bus/retained-messages.js";
import { EarshotError } from "../../src/errors.js";
import { recordLog } from "../support/logs.js";

const options = { qos: 1, retain: true } as const;

/** A connection that fails at one topic, with the line cut or not. */
function makeConnection(failure?: {
  readonly code: "timeout" | "broker_unavailable";
  cut: boolean;
}) {
  const sent: string[] = [];
  let isOpen = true;
  const connection: Connection = {
    version: 5,
    isOpen: () => isOpen,
    publish(topic) {
      sent.push(topic);
      if (failure === undefined || topic !== "b") return Promise.resolve();
      if (failure.cut) isOpen = false;
      return Promise.reject(new EarshotError(failure.code, "refused"));
    },
    subscribe: () => Promise.resolve(),
    end: () => Promise.resolve(),
  };
  return { connection, sent };
}

function makeMessages() {
  const log = recordLog();
  const messages = createRetainedMessages(log);
  for (const topic of ["c", "a", "b", "c"]) messages.remember(topic, topic, options);
  const send = async (failure?: Parameters<typeof makeConnection>[0]) => {
    const { connection, sent } = makeConnection(failure);
    await messages.sendAll(connection);
    return sent.join("");
  };
  return { log, messages, send };
}

test("a refused message is named in the log, keeps no other back and is not sent again", async () => {
  const { log, messages, send } = makeMessages();
  assert.equal(await send({ code: "broker_unavailable", cut: false }), "abc");
  assert.deepEqual(log.lines[0]?.details, { topic: "b", reason: "refused", isForgotten: true });
  assert.equal(await send(), "ac");
  messages.remember("b", "anew", options);
  assert.equal(await send(), "acb");
});

test("a message that was not acknowledged in time is sent again on the next connection", async () => {
  const { send } = makeMessages();
  assert.equal(await send({ code: "timeout", cut: false }), "abc");
  assert.equal(await send(), "abc");
});

test("a line that is cut at one message is an accident once, and a refusal twice", async () => {
  const { send } = makeMessages();
  const cut = { code: "broker_unavailable", cut: true } as const;
  await assert.rejects(send(cut));
  assert.equal(await send(), "abc");
  await assert.rejects(send(cut));
  await assert.rejects(send(cut));
  assert.equal(await send(), "ac");
});
