import assert from "node:assert/strict";
import { test } from "node:test";
import { maxLineBytes } from "../../../src/import/format/lines.js";
import { cellsOf, readContent } from "../memory-source.js";

test("UTF-8, UTF-16 and Windows-1252 are told apart, with their byte order marks", async () => {
  const text = "artist,title,tempo\nBjörk,“Jóga” €,1\n";
  const swapped = Buffer.from(`\ufeff${text}`, "utf16le").swap16();
  const windows = Buffer.from(
    text.replace("“", "\u0093").replace("”", "\u0094").replace("€", "\u0080"),
    "latin1",
  );
  for (const [name, bytes] of [
    ["UTF-8", Buffer.from(text)],
    ["UTF-8", Buffer.from(`\ufeff${text}`)],
    ["UTF-16 LE", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["UTF-16 LE", Buffer.from(text, "utf16le")],
    ["UTF-16 BE", swapped],
    ["Windows-1252", windows],
  ] as const) {
    const read = await readContent(bytes, 5);
    assert.equal(read.table.format, `text, separated by commas, ${name}, LF`);
    assert.deepEqual(read.table.columns, ["artist", "title", "tempo"], name);
    assert.deepEqual(cellsOf(read), [["Björk", "“Jóga” €", "1"]], name);
  }
});

test("a line in another encoding than the rest is read in its own", async () => {
  const odd = Buffer.concat([
    Buffer.from("a,t,x\nBjörk,Jóga,1\n"),
    Buffer.from("Bj\xf6rk,J\xf3ga,2\n", "latin1"),
  ]);
  assert.deepEqual(cellsOf(await readContent(odd)), [
    ["Björk", "Jóga", "1"],
    ["Björk", "Jóga", "2"],
  ]);
});

test("line ends of all three kinds are line ends, and U+001C and U+0085 are none", async () => {
  for (const [end, name] of [
    ["\n", "LF"],
    ["\r\n", "CRLF"],
    ["\r", "CR"],
  ] as const) {
    const read = await readContent(`a,t,x${end}A\u001c,B\u0085,1${end}C,D,2`);
    assert.equal(read.table.format, `text, separated by commas, UTF-8, ${name}`);
    assert.deepEqual(cellsOf(read), [
      ["A\u001c", "B\u0085", "1"],
      ["C", "D", "2"],
    ]);
  }
});

test("a line longer than the limit is counted and left out", async () => {
  const long = "x".repeat(maxLineBytes + 1);
  const rows = Array.from({ length: 5 }, (_, row) => `A,B,${row}`).join("\n");
  const read = await readContent(`a,t,x\n${rows}\n${long},B,1\nC,D,2\n`, 1 << 16);
  assert.deepEqual(read.problems, ["7 too_long"]);
  assert.equal(read.rows.length, 6);
});

test("what is no table of songs is refused with what it is", async () => {
  for (const [content, reason] of [
    ["x".repeat(3 * maxLineBytes), /a first line that is longer/u],
    ["Just a text.\nNothing else.\n", /found text that begins "Just a text\."/u],
    ["\n\n\n", /blank lines only/u],
    [Buffer.from("%PDF-1.7\n..."), /it is a PDF document/u],
    [Buffer.from([1, 2, 3, 0, 0, 5, 200, 7]), /binary data of an unknown kind/u],
    ["<!DOCTYPE html><html></html>", /a web page/u],
  ] as const) {
    await assert.rejects(readContent(content, 1 << 16), { code: "bad_song_file", message: reason });
  }
});

test("bytes consumed reach the size of the file", async () => {
  const content = `a,t,x\n${"A,B,1\n".repeat(5000)}`;
  const read = await readContent(content, 1 << 12);
  assert.equal(read.bytes, content.length);
  assert.equal(read.rows.length, 5000);
});
