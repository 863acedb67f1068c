import type { StoredCatalogue } from "../catalogue/store.js";
import { EarshotError } from "../errors.js";
import type { Command } from "./command.js";
import { printable } from "./printable.js";

/** `earshot catalogue list`: what song catalogues there are. */
export const catalogueCommand: Command = {
  help: `Usage: earshot catalogue list [--json]

Lists the catalogues in the data folder: name and version, songs, features, when and out of what
each was built, and which one is live.

  --json   one JSON array`,
  flags: { json: { type: "boolean" } },
  async run({ positionals, flags, loaded, terminal }) {
    const [action, ...rest] = positionals;
    if (action !== "list" || rest.length > 0) {
      throw new EarshotError("bad_usage", "expected: earshot catalogue list");
    }
    const { dir } = loaded.config.data;
    const { listCatalogues } = await import("../catalogue/store.js");
    const stored = await listCatalogues(dir);
    if (flags["json"] === true) {
      terminal.write(`${JSON.stringify(stored)}\n`);
      return 0;
    }
    if (stored.length === 0) {
      terminal.write(`no catalogue in ${dir} yet; the first start builds the starter\n`);
      return 0;
    }
    for (const catalogue of stored) terminal.write(describe(catalogue));
    return 0;
  },
};

function describe(catalogue: StoredCatalogue): string {
  const title = `${catalogue.name}@${catalogue.version}${catalogue.isCurrent ? "  (live)" : ""}`;
  if ("problem" in catalogue) return `${title}\n  damaged: ${printable(catalogue.problem)}\n`;
  const { songs, features, built_at, source, note } = catalogue.manifest;
  const lines = [
    title,
    `  ${songs} songs by ${features.map((feature) => feature.name).join(", ")}`,
    `  built ${built_at} out of ${printable(source.name)}`,
    ...(note === undefined ? [] : [`  note: ${printable(note)}`]),
  ];
  return `${lines.join("\n")}\n`;
}
