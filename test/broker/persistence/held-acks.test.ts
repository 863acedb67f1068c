import assert from "node:assert/strict";
import { test } from "node:test";
import { createHeldAcks, type HeldAcks } from "../../../src/broker/persistence/held-acks.js";
import { createDeferred, type Deferred } from "../../../src/deferred.js";

function openAcks(options: { readonly isBusy?: boolean } = {}): {
  readonly acks: HeldAcks;
  readonly sent: readonly string[];
  readonly send: (name: string) => () => void;
  readonly sync: Deferred<void>;
} {
  const sent: string[] = [];
  const sync = createDeferred<void>();
  return {
    acks: createHeldAcks({
      isSynced: () => options.isBusy !== true,
      synced: () => sync.promise,
    }),
    sent,
    send: (name) => () => {
      sent.push(name);
    },
    sync,
  };
}

test("a PUBACK waits until its message is published and on the disk", async () => {
  const { acks, sent, send, sync } = openAcks({ isBusy: true });
  acks.hold(1, send("1"));
  acks.published(1);
  assert.deepEqual(sent, []);
  sync.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(sent, ["1"]);
});

test("PUBACKs keep their order, whichever message is published first", () => {
  const { acks, sent, send } = openAcks();
  acks.hold(1, send("1"));
  acks.hold(2, send("2"));
  acks.pass(send("refused"));
  acks.published(2);
  assert.deepEqual(sent, []);
  acks.published(1);
  assert.deepEqual(sent, ["1", "2", "refused"]);
});

test("a message that was published before its PUBACK came is not waited for again", () => {
  const { acks, sent, send } = openAcks();
  acks.published(7);
  acks.hold(7, send("7"));
  acks.hold(7, send("7 again"));
  assert.deepEqual(sent, ["7"]);
});
