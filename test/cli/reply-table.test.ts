import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { columnsOf } from "../../src/cli/printable.js";
import { formatReply, formatSuggestions } from "../../src/cli/reply-table.js";
import type { OkReply, RecommendResult } from "../../src/contract/reply.js";

const result: RecommendResult = {
  rank: 1,
  id: "a",
  title: "Total Eclipse of the Heart",
  artist: "Bonnie Tyler",
  year: 1983,
  distance: 0.9,
  similarity: 0.51,
  why: "tempo -7 BPM, a little more danceable, a little louder",
};
const reply: OkReply = {
  id: "q",
  status: "ok",
  query: "bohemian rapsody",
  match: {
    id: "b",
    title: "Bohemian Rhapsody",
    artist: "Queen",
    year: 1975,
    score: 0.9,
    kind: "fuzzy",
    alternatives: [{ id: "c", title: "Rhapsody in Blue", artist: "G. Gershwin", score: 0.6 }],
  },
  results: [
    result,
    { ...result, rank: 100, title: "上を向いて歩こう".repeat(4), artist: "坂本九" },
  ],
  took_ms: 1.5,
};

function linesAt(columns: number, isColoured = false): readonly string[] {
  return formatReply(reply, { columns, isColoured }).trimEnd().split("\n");
}

/** The lines from the head on, the first song's below it. */
function tableAt(columns: number): readonly string[] {
  const lines = linesAt(columns);
  return lines.slice(lines.indexOf("") + 1);
}

test("the table has a head, so that the number is known for the similarity", () => {
  const [head, first] = tableAt(140);
  assert.match(head ?? "", /^ {2}# {2}TITLE +ARTIST +YEAR {2}SIMILAR {2}WHY$/u);
  assert.match(first ?? "", /^ {2}1 {2}Total .* {2}1983 {5}0\.51 {2}tempo .* louder$/u);
});

test("no line is wider than the terminal, whatever its width", () => {
  for (let columns = 10; columns <= 200; columns += 1) {
    for (const line of linesAt(columns, true)) {
      const shown = stripVTControlCharacters(line);
      assert.ok(columnsOf(shown) <= columns, `${columns}: ${shown}`);
    }
    const suggestions = formatSuggestions(
      {
        id: "q",
        status: "error",
        error: { code: "not_found", message: "", suggestions: [{ ...result, score: 1 }] },
      },
      { columns, isColoured: false },
    );
    for (const line of suggestions.split("\n").slice(1))
      assert.ok(columnsOf(line) <= columns, line);
  }
});

test("a narrow terminal shortens and drops the reasons before any name", () => {
  const short = { ...reply, results: [result] };
  const at = (columns: number): string =>
    formatReply(short, { columns, isColoured: false }).split("\n").at(-2) ?? "";
  assert.match(at(80), /Total Eclipse of the Heart {2}Bonnie Tyler .* tempo -7 BPM.*…$/u);
  assert.match(at(60), /^ {2}1 {2}Total Eclipse of the Heart {2}Bonnie Tyler {2}1983 {5}0\.51$/u);
  assert.match(at(40), /^ {2}1 {2}Total Eclip… {2}Bonnie Tyler {5}0\.51$/u);
  assert.match(at(30), /^ {2}1 {2}Total Eclipse o… {5}0\.51$/u);
  assert.match(at(20), /^ {2}1 {2}Total Eclipse …$/u);
});

test("a long sentence goes on below its beginning", () => {
  assert.deepEqual(linesAt(40).slice(0, 4), [
    "Nearest by sound to Bohemian Rhapsody by",
    "  Queen (1975) (closest match) in 1.5 ms",
    "also: Rhapsody in Blue by G. Gershwin",
    "",
  ]);
});
