import assert from "node:assert/strict";
import { test } from "node:test";
import { smallCatalogue } from "./small-catalogue.js";

const catalogue = smallCatalogue([
  ["Bohemian Rhapsody", "Queen"],
  ["Hotel California", "Eagles"],
  ["Hotel California (Live)", "Eagles"],
  ["Hello", "Lionel Richie", 0.8],
  ["Hello", "Adele", 0.9],
  ["Imagine", "John Lennon"],
  ["Stand by Me", "Ben E. King"],
  ["Killing Me Softly - With His Song", "Fugees"],
  ["???", "Nobody"],
  ["Halo", "Beyoncé"],
  ["Help!", "The Beatles"],
  ["Under Pressure", "Queen & David Bowie"],
]);

test("a mistyped title finds its song", () => {
  assert.equal(catalogue.answer("bohemian rapsody"), "Bohemian Rhapsody / Queen");
  assert.equal(catalogue.answer("imagin"), "Imagine / John Lennon");
});

test("one distinctive mistyped word finds the only title that has it", () => {
  assert.equal(catalogue.answer("rapsody"), "Bohemian Rhapsody / Queen");
});

test("of several owners the most popular is taken and the others are alternatives", () => {
  assert.equal(catalogue.answer("helo"), "Hello / Adele");
  assert.equal(catalogue.others("helo")[0], "Hello / Lionel Richie");
});

test("an artist beside the title decides between its owners", () => {
  for (const query of [
    "Lionel Richie - Hello",
    "Hello - Lionel Richie",
    "hello by lionel richie",
    "play hello by lionel richie please",
    "lionel richie hello",
    '"Hello" by Richie',
    { title: "hello", artist: "Lionel Richie" },
  ]) {
    assert.equal(catalogue.answer(query), "Hello / Lionel Richie", JSON.stringify(query));
  }
});

test("a song of another artist than the one asked for is suggested, not accepted", () => {
  assert.equal(catalogue.answer({ title: "Hello", artist: "Metallica" }), "not found");
  assert.deepEqual(catalogue.others({ title: "Hello", artist: "Metallica" }).slice(0, 2), [
    "Hello / Adele",
    "Hello / Lionel Richie",
  ]);
});

test("a title that holds 'by' or a dash is not torn apart when it exists whole", () => {
  assert.equal(catalogue.answer("Stand by Me"), "Stand by Me / Ben E. King");
  assert.equal(catalogue.answer("stand by me by ben e king"), "Stand by Me / Ben E. King");
});

test("the release with the same note is preferred, and one song is listed once", () => {
  assert.equal(catalogue.answer("hotel california (live)"), "Hotel California (Live) / Eagles");
  assert.equal(catalogue.answer("hotel california"), "Hotel California / Eagles");
  assert.deepEqual(catalogue.others("hotel california"), []);
});

test("one of several artists of a song is enough", () => {
  assert.equal(
    catalogue.answer("under pressure by david bowie"),
    "Under Pressure / Queen & David Bowie",
  );
});

test("a title without letters is found", () => {
  assert.equal(catalogue.answer("???"), "??? / Nobody");
});

test("a title that is not there is not found", () => {
  assert.equal(catalogue.answer("something unknown"), "not found");
  assert.equal(catalogue.answer(""), "not found");
});
