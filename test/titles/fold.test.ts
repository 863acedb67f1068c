import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { foldArtist, foldTitle, workKey } from "../../src/titles/fold.js";
import { anyText } from "../support/any-text.js";

const keyOf = (title: string) => foldTitle(title).key;

/** Asserts that all titles of a row fold to one key. */
function assertEqualKeys(rows: readonly (readonly string[])[]): void {
  for (const [first = "", ...others] of rows) {
    for (const other of others) assert.equal(keyOf(other), keyOf(first), `${other} | ${first}`);
  }
}

test("case, accents, punctuation and kinds of quotes do not matter", () => {
  assertEqualKeys([
    ["Déjà Vu", "deja vu", "DEJA VU!", "De\u0301ja\u0300 Vu"],
    ["I’m Slow", "I'm slow", "Im Slow", "I\u0019m Slow", "I´m Slow"],
    ["Ænima Straße", "aenima strasse"],
    ["Mama_ mama", "Mama, mama"],
    ["Ｈｅｌｌｏ", "hello"],
    ["Ёлка", "елка"],
    ["Αγάπη", "αγαπη"],
  ]);
});

test("letters of other scripts keep their marks", () => {
  assert.notEqual(keyOf("が"), keyOf("か"));
  assert.equal(keyOf("夜に駆ける"), "夜に駆ける");
});

test("HTML references and MSD's control characters are decoded", () => {
  assertEqualKeys([
    ["Du R&#232;ve", "du rêve", "Du R&egrave;ve", "Du R&#xE8;ve"],
    ["Rock &amp; Roll", "rock and roll"],
    ["\u001CQuoted\u001D", '"Quoted"'],
  ]);
  assert.equal(keyOf("Beyond &#1114112;"), "beyond and 1114112");
});

test("the ways to write 'and' are one", () => {
  assertEqualKeys([
    ["Rock & Roll", "Rock + Roll", "Rock 'n' Roll", "Rock'n'Roll", "Rock n' Roll", "Rock and Roll"],
  ]);
});

test("numbers in words and in digits are one", () => {
  assertEqualKeys([
    ["99 Lanterns", "Ninety-Nine Lanterns"],
    ["10,000 Nights", "Ten Thousand Nights", "10 thousand nights", "10_000 Nights"],
    ["One Hundred and One Ways", "101 ways"],
    ["The First Time", "The 1st Time"],
    ["Part II", "Part Two", "Pt. 2", "Part 2"],
  ]);
  assert.equal(keyOf("Nineteen Ninety Nine").replaceAll(" ", ""), keyOf("1999"));
});

test("initials and short spellings are one", () => {
  assertEqualKeys([
    ["R.E.M.", "REM"],
    ["Nothing 4 U", "Nothing 4 You"],
    ["Lovin' You", "Loving You"],
    ["B**ch Song", "bitch song"],
    ["F**kin' Great", "Fucking Great"],
    ["A*M*E", "AME"],
  ]);
});

test("notes on the release are kept apart from the key", () => {
  for (const [title, notes] of [
    ["Glass Harbour (Live)", "live"],
    ["Glass Harbour [2009 Digital Remaster]", "2009 digital remaster"],
    ["Glass Harbour - Remastered 2011", "remastered 2011"],
    ["Glass Harbour - Live at the Pier", "live at the pier"],
    ["Glass Harbour (feat. Somebody)", "feat somebody"],
    ["Glass Harbour (unclosed live", "unclosed live"],
  ] as const) {
    assert.deepEqual(
      { ...foldTitle(title), otherCore: undefined },
      { key: "glass harbour", core: "glass harbour", otherCore: undefined, notes },
    );
  }
  assert.equal(keyOf("Glass Harbour feat. Somebody"), "glass harbour");
});

test("what only looks like a note stays in the key", () => {
  assert.equal(keyOf("(Untitled)"), "untitled");
  assert.equal(keyOf("Wings - Live and Let Die"), "wings live and let die");
  assert.equal(keyOf("6 Ft Under"), "6 ft under");
  assert.equal(keyOf("Live"), "live");
});

test("a name that people shorten has both wordings", () => {
  assert.equal(foldTitle("Don't You (Forget About Me)").otherCore, "dont you forget about me");
  assert.equal(foldTitle("(I Can't Get No) Satisfaction").otherCore, "satisfaction");
  assert.equal(foldTitle("Softly - With His Song").otherCore, "softly");
});

test("a leading or trailing article is set apart, unless it is all there is", () => {
  assert.deepEqual(foldTitle("The Wall"), {
    key: "the wall",
    core: "wall",
    otherCore: undefined,
    notes: "",
  });
  assert.equal(foldTitle("Wall, The").key, "the wall");
  assert.equal(foldTitle("La Noche").core, "noche");
  assert.equal(foldTitle("The").core, "the");
});

test("text without letters keeps itself as the key", () => {
  for (const title of ["???", "!!!", "()", "(+)", "÷"]) assert.equal(keyOf(title), title);
  assert.equal(keyOf(""), "");
});

test("an accent on a quote says nothing, and joins no letter", () => {
  assert.equal(keyOf("A\u0018\u081B"), "a");
  assert.equal(keyOf("Don'\u0301t"), "dont");
});

test("a letter keeps its signs, whatever invisible joiner stands before them", () => {
  assert.equal(keyOf("\u09B0\u200D\u09CD\u09AF\u09BE\u09AA"), "\u09B0\u09CD\u09AF\u09BE\u09AA");
  assert.equal(keyOf("\u0915\u094D\u200C\u093F"), "\u0915\u094D\u093F");
});

test("artists fold without articles and guests", () => {
  assert.equal(foldArtist("The Beatles"), "beatles");
  assert.equal(foldArtist("Beatles_ The"), "beatles");
  assert.equal(foldArtist("Somebody feat. Another"), "somebody");
  assert.equal(foldArtist("P!nk"), "pink");
  assert.equal(foldArtist("!!!"), "!!!");
});

test("releases of one song share a work key, parts of a work and other artists do not", () => {
  const key = workKey("Glass Harbour", "The Lanterns");
  assert.equal(workKey("Glass Harbour (Live)", "Lanterns"), key);
  assert.equal(workKey("glass harbour - 2009 Remaster", "The Lanterns feat. Somebody"), key);
  assert.notEqual(workKey("Glass Harbour", "Others"), key);
  assert.notEqual(workKey("Suite (Part 1)", "Others"), workKey("Suite (Part 2)", "Others"));
});

test("folding never throws, stays bounded, and folding a key again changes nothing", () => {
  const texts = fc.oneof(
    anyText(300),
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          ..."the a 1 one two hundred and thousand twenty & + n 'n' u U. pt ii feat ft (live) - [ ) _ , * f**k $ ' é ß が & &amp;".split(
            " ",
          ),
        ),
        { maxLength: 30 },
      )
      .map((words) => words.join(" ")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const { key, core } = foldTitle(text);
      assert.ok(key.length <= 4 * 2000 && core.length <= key.length);
      assert.equal(foldTitle(key).key, key);
      foldArtist(text);
      workKey(text, text);
    }),
    // Taken apart: a quote and a letter, a minus sign, a dash, an accent.
    { numRuns: 150, examples: [["ŉ"], ["⁻"], ["︱"], ["｀"]] },
  );
});
