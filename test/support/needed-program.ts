import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";

/** Where Debian has what only root runs as a rule, such as mosquitto. */
const rootsPrograms = ["/usr/sbin", "/sbin"];

/** The PATH with the folders of those programs. */
export function wholePath(): string {
  return [process.env["PATH"] ?? "", ...rootsPrograms].join(delimiter);
}

/**
 * Skips a test where a program is not installed, unless the check demands it.
 *
 * @param word what `EARSHOT_TEST_REQUIRE` calls it
 */
export function needProgram(t: TestContext, program: string, word: string): boolean {
  const isThere = wholePath()
    .split(delimiter)
    .some((folder) => isProgram(join(folder, program)));
  if (!isThere) skipWithout(t, { name: program, word });
  return isThere;
}

/** Skips a test for what is not installed, or fails it where the check demands that. */
export function skipWithout(
  t: TestContext,
  missing: { readonly name: string; readonly word: string },
): void {
  if (process.env["EARSHOT_TEST_REQUIRE"]?.includes(missing.word) === true)
    throw new Error(`${missing.name} is missing`);
  t.skip(`${missing.name} is not installed`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
