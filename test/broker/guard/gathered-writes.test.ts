import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createGatheredWrites } from "../../../src/broker/guard/gathered-writes.js";

/** A socket that remembers each call that would go to the kernel. */
function recordCalls() {
  const calls: string[] = [];
  const socket = new Writable({
    highWaterMark: Number.MAX_SAFE_INTEGER,
    write(chunk: Buffer, _encoding, done) {
      calls.push(chunk.toString());
      done();
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join(""));
      done();
    },
  });
  return { socket, calls };
}

test("what is written within one turn leaves together, in its order, for each connection", async () => {
  const written: unknown[] = [];
  const writes = createGatheredWrites((connection) => written.push(connection));
  const one = recordCalls();
  const other = recordCalls();
  writes.write(one, [Buffer.from("a"), Buffer.from("b")]);
  writes.write(other, [Buffer.from("x")]);
  await Promise.resolve();
  writes.write(one, [Buffer.from("c")]);
  assert.deepEqual(one.calls, []);
  await nextTurn();
  assert.deepEqual([one.calls, other.calls], [["abc"], ["x"]]);
  assert.deepEqual(written, [one, other]);
  writes.write(one, [Buffer.from("d")]);
  await nextTurn();
  assert.deepEqual(one.calls, ["abc", "d"]);
});

test("much does not wait for the end of the turn, and what comes behind it still goes out", async () => {
  const writes = createGatheredWrites(() => {});
  const { socket, calls } = recordCalls();
  const large = "x".repeat(65_000);
  writes.write({ socket }, [Buffer.from("a")]);
  writes.write({ socket }, [Buffer.from(large), Buffer.from(large)]);
  assert.deepEqual(calls, [`a${large}${large}`]);
  writes.write({ socket }, [Buffer.from("z")]);
  await nextTurn();
  assert.equal(calls[1], "z");
});

test("a connection that ends within the turn says its last words behind what waits; nothing follows", async () => {
  const writes = createGatheredWrites(() => {});
  const { socket, calls } = recordCalls();
  writes.write({ socket }, [Buffer.from("a")]);
  socket.end("bye");
  writes.write({ socket }, [Buffer.from("late")]);
  await nextTurn();
  assert.deepEqual(calls.join(""), "abye");
});

test("what an expected write brings leaves in the same turn, with all others of that turn", async () => {
  const writes = createGatheredWrites(() => {});
  const one = recordCalls();
  for (const text of ["a", "b"]) {
    setImmediate(() => {
      writes.write(one, [Buffer.from(text)]);
    });
    writes.expect();
  }
  await nextTurn();
  assert.deepEqual(one.calls, ["ab"]);
});

test("what waits already waits no longer for what is expected", async () => {
  const writes = createGatheredWrites(() => {});
  const one = recordCalls();
  writes.write(one, [Buffer.from("a")]);
  const expectAgain = (): void => {
    writes.expect();
  };
  expectAgain();
  setImmediate(expectAgain);
  await nextTurn();
  assert.deepEqual(one.calls, ["a"]);
});

test("nothing to write is no write", async () => {
  const released: unknown[] = [];
  const writes = createGatheredWrites((connection) => released.push(connection));
  const one = recordCalls();
  writes.write(one, []);
  await nextTurn();
  assert.deepEqual([one.calls, released], [[], []]);
});
