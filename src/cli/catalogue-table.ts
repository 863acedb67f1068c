import { bytesOf } from "../catalogue/manifest.js";
import type { StoredCatalogue } from "../catalogue/store.js";
import { count } from "./numbers.js";
import { columnsOf, fitColumns, printable } from "./printable.js";

const headings = ["", "CATALOGUE", "SONGS", "FEATURES", "SIZE", "BUILT", "SOURCE"] as const;
/** Numbers stand below each other by their last digit. */
const rightAligned: ReadonlySet<number> = new Set([2, 3, 4]);
const widestSource = 32;

/** The catalogues as a table, the live one marked, with a line below for what must be known. */
export function formatCatalogues(stored: readonly StoredCatalogue[]): string {
  const rows = stored.map((one) => ({ cells: cellsOf(one), remark: remarkOf(one) }));
  const widths = headings.map((heading, column) =>
    Math.max(columnsOf(heading), ...rows.map(({ cells }) => columnsOf(cells[column] ?? ""))),
  );
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        const fitted = fitColumns(cell, width);
        return rightAligned.has(column) ? fitted.trimEnd().padStart(width) : fitted;
      })
      .join("  ")
      .trimEnd();
  const lines = rows.flatMap(({ cells, remark }) => [
    lineOf(cells),
    ...(remark === undefined ? [] : [`   ${remark}`]),
  ]);
  return `${[lineOf(headings), ...lines].join("\n")}\n`;
}

/** Bytes as a person reads them: "3.4 MB". */
export function formatBytes(bytes: number): string {
  const [unit, name] = bytes < 1e6 ? [1e3, "kB"] : bytes < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${(bytes / unit).toFixed(1)} ${name}`;
}

function cellsOf(stored: StoredCatalogue): readonly string[] {
  const head = [stored.isCurrent ? "*" : "", `${stored.name}@${stored.version}`];
  if ("problem" in stored) return [...head, "damaged", "", "", "", ""];
  const { songs, features, built_at, source } = stored.manifest;
  const bytes = bytesOf(stored.manifest);
  const built = built_at.slice(0, 16).replace("T", " ");
  const origin = fitColumns(printable(source.name), widestSource).trimEnd();
  return [...head, count(songs), String(features.length), formatBytes(bytes), built, origin];
}

function remarkOf(stored: StoredCatalogue): string | undefined {
  if ("problem" in stored) return printable(stored.problem);
  const { note } = stored.manifest;
  return note === undefined ? undefined : `note: ${printable(note)}`;
}
