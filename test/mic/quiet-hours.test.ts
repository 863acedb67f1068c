import assert from "node:assert/strict";
import { test } from "node:test";
import { isQuiet, parseQuietHours } from "../../src/mic/quiet-hours.js";

const at = (hours: number, minutes: number): Date => new Date(2026, 10, 23, hours, minutes);

test("quiet hours over midnight hold from the first minute up to the last", () => {
  const hours = parseQuietHours("22:00-07:00");
  assert.equal(isQuiet(hours, at(21, 59)), false);
  assert.equal(isQuiet(hours, at(22, 0)), true);
  assert.equal(isQuiet(hours, at(0, 0)), true);
  assert.equal(isQuiet(hours, at(6, 59)), true);
  assert.equal(isQuiet(hours, at(7, 0)), false);
});

test("quiet hours within a day do not reach over midnight", () => {
  const hours = parseQuietHours(" 13:00-15:30 ");
  assert.equal(isQuiet(hours, at(12, 59)), false);
  assert.equal(isQuiet(hours, at(15, 29)), true);
  assert.equal(isQuiet(hours, at(15, 30)), false);
  assert.equal(isQuiet(hours, at(0, 0)), false);
});

test("an empty text means no quiet hours", () => {
  assert.equal(parseQuietHours(""), undefined);
  assert.equal(isQuiet(undefined, at(3, 0)), false);
});

test("any other shape is refused with what is expected", () => {
  for (const text of ["22-7", "24:00-07:00", "22:00", "22:60-07:00", "22:00-22:00", "x"]) {
    assert.throws(() => parseQuietHours(text), { code: "bad_config", message: /22:00-07:00/u });
  }
});

test("the hours follow the clock on the wall when summer time begins and ends", (t) => {
  const zone = process.env["TZ"];
  t.after(() => {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  });
  process.env["TZ"] = "Europe/Berlin";
  const hours = parseQuietHours("22:00-07:00");
  // 29 March 2026, 02:00 CET becomes 03:00 CEST: 07:00 on the wall is 05:00 UTC, an hour early.
  assert.equal(isQuiet(hours, new Date("2026-03-29T04:59:00Z")), true);
  assert.equal(isQuiet(hours, new Date("2026-03-29T05:00:00Z")), false);
  // 25 October 2026, 03:00 CEST becomes 02:00 CET: 07:00 on the wall is 06:00 UTC.
  assert.equal(isQuiet(hours, new Date("2026-10-25T05:59:00Z")), true);
  assert.equal(isQuiet(hours, new Date("2026-10-25T06:00:00Z")), false);
  // 02:30 comes twice that night and is quiet both times.
  const short = parseQuietHours("02:15-02:45");
  assert.equal(isQuiet(short, new Date("2026-10-25T00:30:00Z")), true);
  assert.equal(isQuiet(short, new Date("2026-10-25T01:30:00Z")), true);
});
