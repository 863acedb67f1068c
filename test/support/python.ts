import type { TestContext } from "node:test";
import { run } from "./mosquitto.js";

/**
 * Finds a Python that has a module; skips the test where none has it, unless the check demands it.
 * Debian's modules are for Debian's Python, which need not be the first on the PATH.
 *
 * @param needed `word` is what `EARSHOT_TEST_REQUIRE` calls it
 */
export async function findPython(
  t: TestContext,
  needed: { readonly module: string; readonly debian: string; readonly word: string },
): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      await run(python, ["-c", `import ${needed.module}`]);
      return python;
    } catch {
      // The next one may have it.
    }
  }
  if (process.env["EARSHOT_TEST_REQUIRE"]?.includes(needed.word) === true)
    throw new Error(`${needed.debian} is missing`);
  t.skip(`${needed.debian} is not installed`);
  return undefined;
}
