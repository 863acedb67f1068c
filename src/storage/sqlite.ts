import { existsSync } from "node:fs";
import Database from "libsql";
import { EarshotError } from "../errors.js";

/** What SQLite stores; BLOBs come back as Buffers. Booleans are stored as 0 and 1. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** One row: the selected columns in the order of the SELECT. */
export type SqlRow = readonly SqlValue[];

/** A prepared statement. Reuse it: preparing costs more than running. */
export interface SqlStatement {
  run(...values: readonly SqlValue[]): void;
  /** The first row, or `undefined` when there is none. */
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/** One open database file. Everything is synchronous. */
export interface SqlDatabase {
  /** Runs one or more statements that return nothing. */
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

/**
 * Opens a database file; the only place that knows which SQLite library is used.
 *
 * @param path the file, or `:memory:`
 * @param options `readonly` opens an existing file and refuses every write
 * @throws EarshotError `bad_catalogue` when the file is missing (read-only); an Error from SQLite
 *   when it is not a database
 */
export function openDatabase(
  path: string,
  options: { readonly readonly?: boolean } = {},
): SqlDatabase {
  const readonly = options.readonly ?? false;
  // libsql 0.5 accepts `readonly` and ignores it: it would create the missing file.
  if (readonly && !existsSync(path)) {
    throw new EarshotError("bad_catalogue", `the database ${path} does not exist`);
  }
  const database = new Database(path);
  if (readonly) database.exec("PRAGMA query_only = ON");
  return {
    exec(sql) {
      database.exec(sql);
    },
    prepare(sql) {
      return wrapStatement(database.prepare(sql));
    },
    close() {
      database.close();
    },
  };
}

function wrapStatement(statement: Database.Statement): SqlStatement {
  // Only a statement that returns columns can be put into raw mode (rows as arrays).
  if (statement.reader) statement.raw(true);
  return {
    run(...values) {
      statement.run(...values);
    },
    get(...values) {
      const row = statement.get(...values);
      return isRow(row) ? row : undefined;
    },
    all(...values) {
      return statement.all(...values).filter(isRow);
    },
  };
}

/** In raw mode libsql hands out arrays; its types do not say so. */
function isRow(value: unknown): value is SqlRow {
  return Array.isArray(value);
}
