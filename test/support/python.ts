import { run } from "./mosquitto.js";

/**
 * Finds a Python that has a module; `undefined` where none has it. Debian's modules are for Debian's
 * Python, which need not be the first on the PATH, and is started sooner than what others put there.
 */
export async function findPython(module: string): Promise<string | undefined> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    try {
      await run(python, ["-c", `import ${module}`]);
      return python;
    } catch {
      // The next one may have it.
    }
  }
  return undefined;
}
