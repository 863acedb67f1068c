import assert from "node:assert/strict";
import { test } from "node:test";
import { readQuery } from "../../src/titles/parse-query.js";

const readingsOf = (title: string, artist?: string) =>
  [...readQuery({ title, artist })].map(
    (reading) => `${reading.title}${reading.artist === undefined ? "" : ` / ${reading.artist}`}`,
  );

test("the query as it is comes first", () => {
  assert.equal(
    readingsOf("Killing Time - Slowly by the Sea")[0],
    "Killing Time - Slowly by the Sea",
  );
});

test("a dash separates artist and title in either order", () => {
  assert.deepEqual(readingsOf("The Lanterns - Glass Harbour"), [
    "The Lanterns - Glass Harbour",
    "Glass Harbour / The Lanterns",
    "The Lanterns / Glass Harbour",
  ]);
});

test("the last 'by' is tried before the others", () => {
  assert.deepEqual(readingsOf("Stand by the Sea by The Lanterns").slice(1), [
    "Stand by the Sea / The Lanterns",
    "Stand / the Sea by The Lanterns",
  ]);
});

test("spoken commands are taken off in several languages", () => {
  for (const spoken of [
    "play Glass Harbour by Lanterns",
    "Hey, play me the song Glass Harbour by Lanterns please",
    "can you play Glass Harbour by Lanterns",
    "spiele Glass Harbour von Lanterns",
    "joue Glass Harbour de Lanterns",
    "pon la canción Glass Harbour de Lanterns",
    "something like Glass Harbour by Lanterns",
  ]) {
    assert.ok(readingsOf(spoken).includes("Glass Harbour / Lanterns"), spoken);
  }
});

test("a title in quotes is taken out of them", () => {
  for (const query of [
    '"Glass Harbour" by Lanterns',
    "Lanterns: “Glass Harbour”",
    "\u001CGlass Harbour\u001D Lanterns",
    "play „Glass Harbour“ von Lanterns",
  ]) {
    assert.ok(readingsOf(query).includes("Glass Harbour / Lanterns"), query);
  }
});

test("an artist given on its own overrules one in the text", () => {
  assert.deepEqual(readingsOf("Lanterns - Glass Harbour", "Others"), [
    "Lanterns - Glass Harbour / Others",
    "Glass Harbour / Others",
    "Lanterns / Others",
  ]);
});

test("readings are few and short, whatever the text", () => {
  const readings = [
    ...readQuery({ title: "a by b - c de d | ".repeat(500), artist: "x".repeat(900) }),
  ];
  assert.ok(readings.length <= 24);
  for (const { title, artist = "" } of readings) {
    assert.ok(title.length <= 300 && artist.length <= 300);
  }
  assert.deepEqual(readingsOf(" \u0000 "), []);
});
