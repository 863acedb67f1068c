import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { createUnreadWatch, type Watched } from "../../../src/broker/guard/unread-watch.js";

const kibibyte = 1024;

test("a connection that has ended counts no more, even when the last of its bytes is written after that", () => {
  const watch = createUnreadWatch({
    unreadBytes: 1000 * kibibyte,
    unreadBytesInAll: 200 * kibibyte,
  });
  const cut: string[] = [];
  const connectionWith = (name: string, waiting: number): Watched => ({
    socket: new PassThrough(),
    waitingBytes: () => waiting * kibibyte,
    cut: () => cut.push(name),
  });
  const ended = connectionWith("ended", 150);
  ended.socket.destroy();
  watch.forget(ended);
  watch.check(ended);
  const first = connectionWith("first", 100);
  const second = connectionWith("second", 90);
  watch.check(first);
  watch.check(second);
  watch.sweep();
  assert.deepEqual(cut, []);
  watch.check(connectionWith("third", 80));
  watch.sweep();
  assert.deepEqual(cut, ["first"]);
});
