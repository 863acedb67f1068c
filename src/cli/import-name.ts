import { basename } from "node:path";
import { EarshotError } from "../errors.js";

const endings = /(?:\.(?:csv|tsv|txt|json|jsonl|ndjson|h5|hdf5|gz|zip|data))+$/u;
const longest = 64;
/** The program's own catalogue, which a node builds anew when its song file changes. */
const reserved = "starter";

/**
 * The name of a catalogue where none is given: the first file's, folded to what a name may hold.
 *
 * @param location a file, a folder or a URL
 */
export function defaultCatalogueName(location: string): string {
  const name = basename(location.replace(/[?#].*$/u, "").replace(/[/\\]+$/u, ""))
    .normalize("NFKD")
    .toLowerCase()
    .replace(endings, "")
    .replaceAll(/\p{Mn}/gu, "")
    .replaceAll(/[^a-z0-9_-]+/gu, "_")
    .slice(0, longest)
    .replaceAll(/^[_-]+|[_-]+$/gu, "");
  if (name === "") return "songs";
  return name === reserved ? `${reserved}_songs` : name;
}

/** @throws EarshotError `bad_usage` for a name that only the program itself may use */
export function checkImportName(name: string): void {
  if (name !== reserved) return;
  throw new EarshotError(
    "bad_usage",
    `--name ${reserved} is the name of the program's own catalogue; choose another one`,
  );
}
