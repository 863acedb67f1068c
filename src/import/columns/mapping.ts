import { findNearest } from "../../config/nearest-key.js";
import { EarshotError } from "../../errors.js";
import { knownFeatures } from "../../sound/features.js";
import { songFields } from "./fields.js";
import { columnName } from "./recognise.js";

/** One `--map column=field` of the user. */
export interface Mapping {
  /** A column's name as the file gives it, or its number counted from 1. */
  readonly column: string;
  /** A field of the song, a feature, `feature` for one under the column's own name, or "-". */
  readonly field: string;
}

const targets = [...songFields, ...knownFeatures.map(({ name }) => name), "feature", "-"];
const timbre = /^(?:avg|var)_timbre(?:[1-9]|1[0-2])$/u;

/**
 * Reads `column=field`; a column's name may itself hold "=".
 *
 * @throws EarshotError `bad_usage` naming the fields that there are
 */
export function parseMapping(text: string): Mapping {
  const at = text.lastIndexOf("=");
  const column = text.slice(0, at).trim();
  const field = text.slice(at + 1).trim();
  if (at > 0 && column !== "" && (targets.includes(field) || timbre.test(field))) {
    return { column, field };
  }
  throw new EarshotError(
    "bad_usage",
    `--map expects COLUMN=FIELD, not "${text}"; fields are ${targets.join(", ")} (feature: takes it under its own name, -: leaves it out)`,
  );
}

/** The mappings by column index, and those whose column is not in this table. */
export interface PlacedMappings {
  readonly mapped: ReadonlyMap<number, string>;
  readonly missing: readonly Mapping[];
}

/**
 * Finds the columns that the mappings mean: by the exact name, the name in any case, the number.
 *
 * @throws EarshotError `bad_usage` when two mappings contradict each other
 */
export function placeMappings(
  mappings: readonly Mapping[],
  columns: readonly string[],
): PlacedMappings {
  const mapped = new Map<number, string>();
  const missing: Mapping[] = [];
  for (const mapping of mappings) {
    const index = indexOf(mapping.column, columns);
    if (index === -1) {
      missing.push(mapping);
      continue;
    }
    const before = mapped.get(index);
    if (before !== undefined && before !== mapping.field) {
      throw contradiction(
        `${columnName(columns, index)} is mapped to ${before} and to ${mapping.field}`,
      );
    }
    mapped.set(index, mapping.field);
  }
  checkFields(mapped, columns);
  return { mapped, missing };
}

/** So many columns as one likes may be features of their own or left out, one each a field. */
function checkFields(mapped: ReadonlyMap<number, string>, columns: readonly string[]): void {
  const owners = new Map<string, number>();
  for (const [index, field] of mapped) {
    if (field === "feature" || field === "-") continue;
    const owner = owners.get(field);
    if (owner !== undefined) {
      const names = [owner, index].map((one) => columnName(columns, one)).join(" and ");
      throw contradiction(`${names} are both mapped to ${field}`);
    }
    owners.set(field, index);
  }
}

function contradiction(what: string): EarshotError {
  return new EarshotError("bad_usage", `--map contradicts itself: ${what}; give one of them`);
}

function indexOf(wanted: string, columns: readonly string[]): number {
  const exact = columns.indexOf(wanted);
  if (exact !== -1) return exact;
  const folded = wanted.toLowerCase();
  const alike = columns.findIndex((name) => name.trim().toLowerCase() === folded);
  if (alike !== -1) return alike;
  const number = /^(?:column )?(\d{1,4})$/u.exec(folded)?.[1];
  return number !== undefined && Number(number) <= columns.length ? Number(number) - 1 : -1;
}

/** What is said when a mapping's column is in none of the files. */
export function missingColumn(mapping: Mapping, columns: readonly string[]): EarshotError {
  const near = findNearest(mapping.column, columns);
  const hint = near === undefined ? "" : `did you mean "${near}"? `;
  return new EarshotError(
    "bad_usage",
    `--map ${mapping.column}=${mapping.field}: there is no such column; ${hint}the columns are ${listColumns(columns)}`,
  );
}

const mostListed = 40;

/** The columns in one line; by number where they have no name. */
export function listColumns(columns: readonly string[]): string {
  const names = columns.slice(0, mostListed).map((_, index) => columnName(columns, index));
  const more = columns.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
