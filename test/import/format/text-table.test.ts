import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsOf, readContent } from "../memory-source.js";

const twoSongs = [
  ["Adi", "One, or two", "120.5"],
  ["Bea", "Three", "99"],
];

test("every delimiter is told by the rows that it makes", async () => {
  for (const [delimiter, name] of [
    [";", "semicolons"],
    ["\t", "tabs"],
    ["|", "bars"],
    ["<SEP>", "<SEP>"],
  ]) {
    const lines = [["artist", "title", "tempo"], ...twoSongs].map((row) => row.join(delimiter));
    const read = await readContent(`${lines.join("\n")}\n`);
    assert.equal(read.table.format, `text, separated by ${name}, UTF-8, LF`);
    assert.deepEqual(read.table.columns, ["artist", "title", "tempo"]);
    assert.deepEqual(cellsOf(read), twoSongs);
  }
});

test("decimal commas in every row do not make the comma a delimiter", async () => {
  const read = await readContent("a;t;x;y;z\nA;B;0,1;0,2;0,3\nC;D;0,4;0,5;0,6\n");
  assert.deepEqual(read.table.columns, ["a", "t", "x", "y", "z"]);
  assert.deepEqual(cellsOf(read)[0], ["A", "B", "0,1", "0,2", "0,3"]);
});

test("a delimiter that Excel announces is taken, and its line is no row", async () => {
  const read = await readContent("sep=;\r\nartist;title;tempo\r\nA;B;1\r\n");
  assert.deepEqual(read.table.columns, ["artist", "title", "tempo"]);
  assert.deepEqual(read.rows, [{ place: 3, cells: ["A", "B", "1"] }]);
});

test("quotes protect delimiters, quotes and line breaks, and a row is where it begins", async () => {
  const read = await readContent(
    'artist,title,tempo\r\n"A, B","say ""hi""",1\r\n"two\r\nlines", "x" ,2\r\nC,D,3',
  );
  assert.deepEqual(read.rows, [
    { place: 2, cells: ["A, B", 'say "hi"', "1"] },
    { place: 3, cells: ["two\nlines", "x", "2"] },
    { place: 5, cells: ["C", "D", "3"] },
  ]);
  assert.deepEqual(read.problems, []);
});

test("a quote escaped by a backslash ends no cell", async () => {
  const read = await readContent(
    'artist,title,tempo\n"A","say \\"hi\\", then",1\n"B","c:\\\\",2\n',
  );
  assert.deepEqual(cellsOf(read), [
    ["A", 'say "hi", then', "1"],
    ["B", "c:\\", "2"],
  ]);
});

test("bytes of Python keep their own quotes, with delimiters and both kinds within", async () => {
  const read = await readContent(
    [
      "n,Title,Artist,Tempo",
      `1,"b"I Don't Care, Really"","b'A'",1.5`,
      `2,"b'Both \\' and "x"'","b''",2.5`,
      `3,"b'Plain'","b"B's"",3.5`,
    ].join("\r\n"),
  );
  assert.deepEqual(cellsOf(read), [
    ["1", `b"I Don't Care, Really"`, "b'A'", "1.5"],
    ["2", `b'Both \\' and "x"'`, "b''", "2.5"],
    ["3", "b'Plain'", `b"B's"`, "3.5"],
  ]);
  assert.deepEqual(read.problems, []);
});

test("stray quotes in a file without quoting are characters", async () => {
  const lines = [
    `%genre,title,tempo`,
    `a,"Heroes" (live),1`,
    `b,7" mix,2`,
    `c,"Odd,3`,
    `d,Plain,4`,
  ];
  const read = await readContent(lines.join("\n"));
  assert.deepEqual(read.table.columns, ["genre", "title", "tempo"]);
  assert.deepEqual(
    cellsOf(read).map(([, title]) => title),
    [`"Heroes" (live)`, `7" mix`, `"Odd`, "Plain"],
  );
});

test("one stray quote in a quoted file swallows no song behind it", async () => {
  const rows = Array.from({ length: 500 }, (_, row) => `"A${row}","T, ${row}",${row}`);
  rows[100] = `"Odd,T 100,100`;
  const read = await readContent(`artist,title,tempo\n${rows.join("\n")}\n`, 1000);
  assert.equal(read.rows.length, 500);
  assert.deepEqual(read.rows[100], { place: 102, cells: [`"Odd`, "T 100", "100"] });
});

test("comments before the names and among the rows are no rows, titles with # are", async () => {
  const read = await readContent(
    "# SONGS\n# made up, for a test\n%artist,title,tempo\n#1 Fan,Song,1\n# break\nB,#2,3\n",
  );
  assert.deepEqual(read.table.columns, ["artist", "title", "tempo"]);
  assert.deepEqual(cellsOf(read), [
    ["#1 Fan", "Song", "1"],
    ["B", "#2", "3"],
  ]);
  assert.deepEqual(read.problems, []);
});

test("names in a comment, or a first name of # alone, are names", async () => {
  const commented = await readContent("#artist,title,tempo\nA,B,1\nC,D,2\n");
  assert.deepEqual(commented.table.columns, ["artist", "title", "tempo"]);
  assert.equal(commented.rows.length, 2);
  const numbered = await readContent("#,artist,title,tempo\n1,A,B,1\n2,C,D,2\n");
  assert.deepEqual(numbered.table.columns, ["#", "artist", "title", "tempo"]);
});

test("a missing header is told by numbers and ids in the first row", async () => {
  const numbers = await readContent("A\tB\t120.5\nC\tD\t99\n");
  assert.deepEqual(numbers.table.columns, ["", "", ""]);
  assert.equal(numbers.rows[0]?.place, 1);
  assert.equal(numbers.rows.length, 2);
  const ids = await readContent(
    "TRAAAAA128F000000A<SEP>SOAAAAA12A0000000A<SEP>A<SEP>B\nTRAAAAA128F000000B<SEP>SOAAAAA12A0000000B<SEP>C<SEP>D\n",
  );
  assert.equal(ids.rows.length, 2);
  assert.equal(ids.table.known?.get(3), "title");
});

test("numbers of columns in place of names are neither names nor a song", async () => {
  for (const head of ["0,1,2", ",0,1,2"]) {
    const index = head.startsWith(",") ? "0," : "";
    const read = await readContent(`${head}\n${index}A,B,120.5\n${index}C,D,99\n`);
    assert.ok(read.table.columns.every((name) => name === ""));
    assert.equal(read.rows.length, 2);
  }
});

test("empty and equal names stay as they are", async () => {
  const read = await readContent(",Unnamed: 0,name,tempo,tempo\n0,7,A,1,2\n");
  assert.deepEqual(read.table.columns, ["", "Unnamed: 0", "name", "tempo", "tempo"]);
});

test("a name less than cells is the row's own, a delimiter at the end is no column", async () => {
  const named = await readContent('"artist","tempo"\n"1","A",1.5\n"2","B",2.5\n');
  assert.deepEqual(named.table.columns, ["", "artist", "tempo"]);
  for (const head of ["artist,title,tempo,", "artist,title,tempo"]) {
    const read = await readContent(`${head}\nA,B,1,\nC,D,2,\n`);
    assert.deepEqual(read.table.columns, ["artist", "title", "tempo"]);
    assert.deepEqual(cellsOf(read)[1], ["C", "D", "2"]);
  }
});

test("a spreadsheet's title and blank lines above the names are passed over", async () => {
  const read = await readContent("My songs,,\n,,\n\nartist,title,tempo\nA,B,1\n\nC,D,2\n");
  assert.deepEqual(read.table.columns, ["artist", "title", "tempo"]);
  assert.deepEqual(
    read.rows.map(({ place }) => place),
    [5, 7],
  );
});

test("short, long and shifted rows are told by line and left out", async () => {
  const good = Array.from({ length: 20 }, (_, row) => `A,T${row},1,2,3`);
  const read = await readContent(
    ["a,t,x,y,z", ...good, "A,cut", "A,B,C,1,2,3", "A,B,C,D,E", "A,B,,nan,NA"].join("\n"),
  );
  assert.deepEqual(read.problems, ["22 short", "23 long", "24 shifted"]);
  assert.equal(read.rows.length, 21);
});
