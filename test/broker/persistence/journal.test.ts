import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { appendFile, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Change } from "../../../src/broker/persistence/frames.js";
import { openJournalFile, type JournalFile } from "../../../src/broker/persistence/journal-file.js";
import { startJournal } from "../../../src/broker/persistence/journal.js";
import { recordLog } from "../../support/logs.js";
import { makeTempFolder } from "../../support/temp-folder.js";

/** Records in memory with their journal, as the broker's state has it. */
async function openRecords(folder: string, change?: (file: JournalFile) => JournalFile) {
  const log = recordLog();
  const { file, records } = await openJournalFile(folder, log);
  const state = new Map([...records].map(([key, value]) => [key, value.toString()]));
  const snapshot = (): Iterable<Change> =>
    [...state].map(([key, value]) => ({ key, value: Buffer.from(value) }));
  const journal = startJournal({ file: change?.(file) ?? file, snapshot, liveBytes: 0, log });
  const put = (key: string, value: string): void => {
    state.set(key, value);
    journal.put(key, () => Buffer.from(value), "acknowledged");
  };
  return { log, state, journal, put };
}

const journalOf = (folder: string): string => join(folder, "state.journal");

test("what was synced is there after a kill, in its last version", async (t) => {
  const folder = await makeTempFolder(t);
  const first = await openRecords(folder);
  first.put("a", "1");
  first.put("b", "2");
  await first.journal.synced();
  first.put("a", "3");
  first.journal.delete("b", "acknowledged");
  await first.journal.synced();
  // No stop: a killed process does not stop anything either.
  const second = await openRecords(folder);
  assert.deepEqual([...second.state], [["a", "3"]]);
  await Promise.all([first.journal.stop(), second.journal.stop()]);
});

test("changes that arrive during a write share the next one", async (t) => {
  const { journal, put } = await openRecords(await makeTempFolder(t));
  put("first", "x");
  const waits = [journal.synced()];
  await new Promise(setImmediate);
  for (let count = 0; count < 500; count += 1) {
    put(`key ${count}`, "x");
    waits.push(journal.synced());
  }
  await Promise.all(waits);
  assert.ok(journal.isSynced());
  assert.equal(journal.counters().writes, 2);
  await journal.stop();
});

test("a record that is deleted before it was written costs no write", async (t) => {
  const { journal } = await openRecords(await makeTempFolder(t));
  const before = journal.counters().storedBytes;
  journal.create("short-lived", () => Buffer.from("x"));
  assert.equal(journal.isSynced(), false);
  journal.delete("short-lived", "lazy");
  assert.equal(journal.isSynced(), true);
  await journal.stop();
  assert.equal(journal.counters().storedBytes, before);
});

test("nobody waits for a change that no acknowledgement depends on, and stop writes it", async (t) => {
  const folder = await makeTempFolder(t);
  const { journal } = await openRecords(folder);
  journal.put("retained", () => Buffer.from("x"), "lazy");
  assert.equal(journal.isSynced(), true);
  await journal.stop();
  const { state, journal: next } = await openRecords(folder);
  assert.equal(state.get("retained"), "x");
  await next.stop();
});

test("a journal cut off at any byte gives the whole frames before the cut", async (t) => {
  const folder = await makeTempFolder(t);
  const { journal, put } = await openRecords(folder);
  const ends: number[] = [];
  for (const key of ["a", "b", "c"]) {
    put(key, "value");
    put(`${key}-with-it`, "value");
    await journal.synced();
    ends.push(journal.counters().storedBytes);
  }
  await journal.stop();
  const whole = await readFile(journalOf(folder));
  const start = (ends[0] ?? 0) - ((ends[1] ?? 0) - (ends[0] ?? 0));
  for (let length = start; length <= whole.length; length += 1) {
    await writeFile(journalOf(folder), whole.subarray(0, length));
    const { file, records } = await openJournalFile(folder, recordLog());
    await file.close();
    assert.equal(records.size, 2 * ends.filter((end) => end <= length).length, `${length} bytes`);
    assert.ok(!(await readdir(folder)).includes("state.damaged"));
  }
});

test("writing goes on behind the last whole frame", async (t) => {
  const folder = await makeTempFolder(t);
  const first = await openRecords(folder);
  first.put("kept", "x");
  await first.journal.stop();
  await appendFile(journalOf(folder), Buffer.from([200, 0, 0, 0, 1, 2, 3]));
  const second = await openRecords(folder);
  assert.match(second.log.lines[0]?.message ?? "", /cut short/u);
  second.put("later", "y");
  await second.journal.stop();
  const third = await openRecords(folder);
  assert.deepEqual([...third.state.keys()], ["kept", "later"]);
  await third.journal.stop();
});

test("of a damaged journal the part before the damage is used, and a copy kept once", async (t) => {
  const folder = await makeTempFolder(t);
  const { journal, put } = await openRecords(folder);
  put("before", "x");
  await journal.synced();
  const damageAt = journal.counters().storedBytes + 12;
  put("damaged", "x".repeat(100));
  await journal.synced();
  put("after", "x");
  await journal.stop();
  const bytes = await readFile(journalOf(folder));
  bytes[damageAt] = 255 - (bytes[damageAt] ?? 0);
  for (let round = 0; round < 2; round += 1) {
    await writeFile(journalOf(folder), bytes);
    const { state, journal: next, log } = await openRecords(folder);
    assert.deepEqual([...state.keys()], ["before"]);
    assert.equal(log.lines.filter(({ level }) => level === "warn").length, 1);
    await next.stop();
  }
  assert.deepEqual((await readdir(folder)).sort(), ["state.damaged", "state.journal"]);
  assert.deepEqual(await readFile(join(folder, "state.damaged")), bytes);
});

test("a file that is no journal is moved aside, and an empty one begun", async (t) => {
  const folder = await makeTempFolder(t);
  for (const content of ["not a journal at all", "", "earshot broker state 9\n"]) {
    await writeFile(journalOf(folder), content);
    const { state, journal, put, log } = await openRecords(folder);
    assert.equal(state.size, 0);
    assert.equal(log.lines.length, content === "" ? 0 : 1);
    put("new", "x");
    await journal.stop();
  }
});

test("a journal that has grown is written anew while changes go on", async (t) => {
  const folder = await makeTempFolder(t);
  const { journal, put, state } = await openRecords(folder);
  const large = "x".repeat(50_000);
  for (let count = 0; count < 60; count += 1) {
    put(`key ${count % 5}`, `${count} ${large}`);
    put(`small ${count}`, `${count}`);
    if (count % 2 === 0) await journal.synced();
  }
  await journal.stop();
  assert.ok((await stat(journalOf(folder))).size < 2_000_000);
  const next = await openRecords(folder);
  assert.deepEqual(next.state, state);
  await next.journal.stop();
  assert.deepEqual(await readdir(folder), ["state.journal"]);
});

test("what is appended during a copy counts as growth, and is not kept in memory", async (t) => {
  const folder = await makeTempFolder(t);
  const large = "x".repeat(250_000);
  const copied = new EventEmitter();
  let appendDuringCopy = async (): Promise<void> => {};
  const { journal, put, state } = await openRecords(folder, (file) => ({
    ...file,
    async beginRewrite() {
      const target = await file.beginRewrite();
      return {
        ...target,
        async add(frame) {
          await appendDuringCopy();
          await target.add(frame);
        },
        async finish(frames) {
          await target.finish(frames);
          copied.emit("finished", frames.length);
        },
      };
    },
  }));
  const overwrite = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      put("large", `${count} ${large}`);
      await journal.synced();
    }
  };
  appendDuringCopy = () => {
    appendDuringCopy = async () => {};
    return overwrite(16);
  };
  const first = once(copied, "finished");
  await overwrite(5);
  const [held] = await first;
  assert.ok(held < 16, `${held} frames were held in memory`);
  // With the 4 MB of that flood the new file is too long itself: the next copy is made at once.
  const second = once(copied, "finished", { signal: AbortSignal.timeout(10_000) });
  await overwrite(1);
  await second;
  await journal.stop();
  assert.ok((await stat(journalOf(folder))).size < 2_000_000);
  const next = await openRecords(folder);
  assert.deepEqual(next.state, state);
  await next.journal.stop();
});

test("a disk that refuses holds nobody up, and gets everything when it writes again", async (t) => {
  const folder = await makeTempFolder(t);
  let isFull = true;
  const { journal, put, log } = await openRecords(folder, (file) => ({
    ...file,
    append: (frame, options) =>
      isFull ? Promise.reject(new Error("no space left on device")) : file.append(frame, options),
  }));
  put("a", "1");
  await journal.synced();
  put("b", "2");
  assert.ok(journal.isSynced());
  assert.equal(journal.counters().failures, 1);
  assert.deepEqual(
    log.lines.map(({ level }) => level),
    ["error"],
  );
  isFull = false;
  await journal.stop();
  const next = await openRecords(folder);
  assert.deepEqual([...next.state.keys()], ["a", "b"]);
  await next.journal.stop();
});
