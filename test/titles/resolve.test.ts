import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { smallCatalogue } from "./small-catalogue.js";
import { anyText } from "../support/any-text.js";

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

test("a one-word title survives one slip of the finger", () => {
  const words = smallCatalogue([
    ["Rhapsody", "Somebody"],
    ["Imagine", "Somebody"],
    ["Hello", "Adele", 0.9],
    ["Hello", "Lionel Richie", 0.8],
  ]);
  assert.equal(words.answer("rapsody"), "Rhapsody / Somebody");
  assert.equal(words.answer("imagin"), "Imagine / Somebody");
  assert.equal(words.answer("helo"), "Hello / Adele");
  assert.deepEqual(words.others("helo"), ["Hello / Lionel Richie"]);
  assert.equal(words.answer("helo by lionel richy"), "Hello / Lionel Richie");
});

test("the exact wording wins over the one that differs in an article", () => {
  const walls = smallCatalogue([
    ["Wall", "First", 0.9],
    ["The Wall", "Second", 0.1],
  ]);
  assert.equal(walls.answer("the wall"), "The Wall / Second");
  assert.equal(walls.answer("wall"), "Wall / First");
  assert.equal(walls.answer("a wall"), "Wall / First");
});

test("without popularity a title that is all there wins over one with more in brackets", () => {
  const songs = smallCatalogue([
    ["Money (That's What I Want)", "Barrett Strong"],
    ["Money", "Pink Floyd"],
  ]);
  assert.equal(songs.answer("money"), "Money / Pink Floyd");
  assert.equal(
    songs.answer("money thats what i want"),
    "Money (That's What I Want) / Barrett Strong",
  );
});

test("a mistyped title is never quite sure", () => {
  const songs = smallCatalogue([["Smells Like Teen Spirit", "Nirvana"]]);
  const resolution = songs.resolve("smels like tean spirit");
  assert.ok(resolution.outcome === "accepted" && resolution.kind === "fuzzy");
  assert.ok(resolution.score > 0.9 && resolution.score < 1, String(resolution.score));
});

test("without popularity the lowest ordinal comes first", () => {
  const songs = smallCatalogue([
    ["Harbour", "First"],
    ["Harbour", "Second"],
    ["Harbour (Live)", "First"],
  ]);
  assert.equal(songs.answer("harbour"), "Harbour / First");
  assert.deepEqual(songs.others("harbour"), ["Harbour / Second"]);
});

test("blanks between or inside words do not matter", () => {
  const songs = smallCatalogue([["Back Stage Pass", "Somebody"]]);
  assert.equal(songs.answer("backstage pass"), "Back Stage Pass / Somebody");
  assert.equal(songs.answer("backstagepass"), "Back Stage Pass / Somebody");
});

test("notes without their brackets are understood", () => {
  const songs = smallCatalogue([["Comme Toi (Live)", "Somebody"]]);
  assert.equal(songs.answer("comme toi live"), "Comme Toi (Live) / Somebody");
});

test("a mistyped number word is understood", () => {
  const songs = smallCatalogue([["17", "Somebody"]]);
  assert.equal(songs.answer("seveyteen"), "17 / Somebody");
});

test("titles in scripts without blanks are found in part and mistyped", () => {
  const songs = smallCatalogue([
    ["夜に駆ける鳥", "だれか"],
    ["朝に眠る魚", "だれか"],
  ]);
  assert.equal(songs.answer("夜に駆ける鳥"), "夜に駆ける鳥 / だれか");
  assert.equal(songs.answer("夜に駆ける"), "夜に駆ける鳥 / だれか");
});

test("a slip in a title or an artist without a sign between them still gives the suggestion", () => {
  const songs = smallCatalogue([
    ["Umbrella", "Rihanna"],
    ["Toxic", "Britney Spears"],
    ["Oops!...I Did It Again", "Britney Spears"],
    ["Halo", "Beyoncé"],
    ["Bohemian Rhapsody", "Queen"],
  ]);
  for (const [query, song] of [
    ["umbrella rihana", "Umbrella / Rihanna"],
    ["umbrela rihanna", "Umbrella / Rihanna"],
    ["play rihana umbrella", "Umbrella / Rihanna"],
    ["toxic brittney", "Toxic / Britney Spears"],
    ["britney spears oops", "Oops!...I Did It Again / Britney Spears"],
    ["queen halo", "Halo / Beyoncé"],
  ] as const) {
    assert.equal(songs.answer(query), "not found", query);
    assert.equal(songs.others(query)[0], song, query);
  }
});

test("no text makes it throw, and no list is longer than five", () => {
  const texts = fc.oneof(
    anyText(400),
    fc
      .array(fc.integer({ min: 0, max: 0xff_ff }), { maxLength: 300 })
      .map((units) => String.fromCharCode(...units)),
    fc
      .array(
        fc.constantFrom(
          ...'hello by queen - the " ( ) [ play imagine me stand & ? 1 one'.split(" "),
        ),
      )
      .map((words) => words.join(" ")),
  );
  fc.assert(
    fc.property(texts, fc.option(texts, { nil: undefined }), (title, artist) => {
      const resolution = catalogue.resolve({ title, artist });
      const songs =
        resolution.outcome === "accepted" ? resolution.alternatives : resolution.suggestions;
      assert.ok(songs.length <= 5);
      for (const { score } of songs) assert.ok(score >= 0 && score <= 1);
    }),
    { numRuns: 150 },
  );
});
