import { EarshotError } from "../../errors.js";
import type { ByteSource, Head } from "../source/byte-source.js";
import type { Cell, SongTable, TableBatch } from "../table.js";
import { createBatcher, type Batcher } from "./batcher.js";
import { mayBeNumber } from "./cell-kind.js";
import type { SampleLine } from "./dialect.js";
import { decodeLine, type Encoding, recogniseEncoding, toUtf8 } from "./encoding.js";
import { createRowJoiner, type CutRow } from "./join-lines.js";
import { createLineSplitter, maxLineBytes } from "./lines.js";
import { knownByContent } from "./unnamed-columns.js";
import { planText, type TextPlan } from "./text-plan.js";

/** How a text is written, told by its beginning. */
interface TextForm {
  readonly encoding: Encoding;
  readonly lineEnd: "\n" | "\r";
  readonly lineEndName: "LF" | "CRLF" | "CR";
}

/**
 * Recognises a delimited text.
 *
 * @throws EarshotError `bad_song_file` when the source is no table of songs
 */
export async function readTextTable(source: ByteSource, head: Head): Promise<SongTable> {
  const encoding = recogniseEncoding(head.bytes);
  const text = await collect(toUtf8(piece(head.bytes), encoding));
  const form = { encoding, ...lineEndOf(text) };
  const lines = sampleLines(text, { lineEnd: form.lineEnd, whole: head.whole });
  if (lines.length === 0) throw noLines(source.name);
  const plan = planText(lines, source.name);
  const known = knownByContent(plan, lines);
  return {
    format: describe(plan, form),
    columns: plan.columns,
    ...(known === undefined ? {} : { known }),
    batches: { [Symbol.asyncIterator]: () => readRows({ source, form, plan }) },
  };
}

const delimiterNames: ReadonlyMap<string, string> = new Map([
  [",", "commas"],
  [";", "semicolons"],
  ["\t", "tabs"],
  ["|", "bars"],
]);

function describe({ dialect }: TextPlan, { encoding, lineEndName }: TextForm): string {
  const delimiter = delimiterNames.get(dialect.delimiter) ?? dialect.delimiter;
  return `text, separated by ${delimiter}, ${encoding.name}, ${lineEndName}`;
}

async function* piece(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  return Buffer.concat(pieces);
}

function lineEndOf(text: Buffer): Omit<TextForm, "encoding"> {
  const at = text.indexOf(10);
  if (at === -1 && text.includes(13)) return { lineEnd: "\r", lineEndName: "CR" };
  return { lineEnd: "\n", lineEndName: text[at - 1] === 13 ? "CRLF" : "LF" };
}

/** The lines of the beginning, from the first that is not blank, without a last one that may be cut. */
function sampleLines(
  text: Buffer,
  { lineEnd, whole }: { readonly lineEnd: "\n" | "\r"; readonly whole: boolean },
): readonly SampleLine[] {
  const lines: SampleLine[] = [];
  let line = 0;
  const splitter = createLineSplitter(
    { lineEnd, maxBytes: maxLineBytes },
    {
      line(bytes, start, end) {
        line++;
        const text = decodeLine(bytes, start, end);
        if (lines.length > 0 || text.trim() !== "") lines.push({ text, line });
      },
      tooLong: () => line++,
    },
  );
  splitter.push(text);
  if (whole) splitter.finish();
  return lines;
}

function noLines(name: string): EarshotError {
  return new EarshotError(
    "bad_song_file",
    `${name} is not a song file: expected lines of text up to ${maxLineBytes} bytes long, found a first line that is longer, or blank lines only`,
  );
}

interface Reading {
  readonly source: ByteSource;
  readonly form: TextForm;
  readonly plan: TextPlan;
}

async function* readRows({ source, form, plan }: Reading): AsyncGenerator<TableBatch> {
  const stream = source.open();
  const batcher = createBatcher(stream);
  const splitter = createSplitter(form, plan, batcher);
  for await (const chunk of toUtf8(stream.chunks, form.encoding)) {
    splitter.push(chunk);
    yield* batcher.take();
  }
  splitter.finish();
  yield* batcher.takeAll();
}

/** Turns bytes into rows of a batch. */
function createSplitter(form: TextForm, plan: TextPlan, batcher: Batcher) {
  let line = 0;
  const joiner = createRowJoiner(plan.dialect, plan.fields, (row) => addRow(row, plan, batcher));
  const splitter = createLineSplitter(
    { lineEnd: form.lineEnd, maxBytes: maxLineBytes },
    {
      line(bytes, start, end) {
        if (++line < plan.firstLine) return;
        joiner.push(decodeLine(bytes, start, end), line);
      },
      tooLong() {
        if (++line >= plan.firstLine) batcher.problem(line, "too_long");
      },
    },
  );
  return {
    push: (chunk: Buffer) => splitter.push(chunk),
    finish() {
      splitter.finish();
      joiner.finish();
    },
  };
}

/** Puts a row into the batch, or says what is wrong with it. */
function addRow({ line, cells }: CutRow, plan: TextPlan, batcher: Batcher): void {
  if (cells === undefined) return batcher.problem(line, "unreadable");
  const width = plan.columns.length;
  if (cells.length < width) {
    if (!isNoRow(cells, plan)) batcher.problem(line, "short");
  } else if (cells.length > width && cells.slice(width).some((cell) => cell !== "")) {
    if (!isNoRow(cells, plan)) batcher.problem(line, "long");
  } else if (isShifted(cells, plan.numberColumns)) batcher.problem(line, "shifted");
  else batcher.row(line, cells.length === width ? cells : cells.slice(0, width));
}

/** A blank line, or a comment among the rows. */
function isNoRow(cells: readonly Cell[], { hasComments }: TextPlan): boolean {
  const [first] = cells;
  if (typeof first !== "string") return false;
  return (cells.length === 1 && first.trim() === "") || (hasComments && first.startsWith("#"));
}

function isShifted(cells: readonly string[], numberColumns: readonly number[]): boolean {
  if (numberColumns.length < 2) return false;
  let wrong = 0;
  for (const index of numberColumns) if (!mayBeNumber(cells[index] ?? "")) wrong++;
  return wrong * 2 > numberColumns.length;
}
