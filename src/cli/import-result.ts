import { formatId } from "../catalogue/folders.js";
import type { Manifest } from "../catalogue/manifest.js";
import type { LoadedConfig } from "../config/load.js";
import type { ImportReport } from "../import/report.js";
import { isNodeRunning, type NodeFile, readNodeFile } from "../node-file.js";
import { count, countOf } from "./numbers.js";
import { printable } from "./printable.js";

/** What has become of an import, where, and who takes it from here. */
export async function describeResult(
  manifest: Manifest,
  report: ImportReport,
  loaded: LoadedConfig,
): Promise<string> {
  const { songs, repeated, features } = manifest;
  const { dir } = loaded.config.data;
  const repeats = repeated === 0 ? "" : ` Repeated recordings left out: ${count(repeated)}.`;
  const title = titleOf(report);
  return `
${formatId(manifest)} is live in ${dir}: ${countOf(songs, "song")}, compared by ${countOf(features.length, "feature")}.${repeats}
${describeNode(await readNodeFile(dir))}
  ${ownFolder(loaded)}./earshot ask "${title}"
`;
}

/** Only a node that works on this very folder changes over; an import elsewhere helps nobody. */
function describeNode(node: NodeFile | undefined): string {
  return node === undefined || isNodeRunning(node) === false
    ? "No node runs on this folder now: one that is started on it uses these songs. Then ask it:"
    : `Node ${printable(node.node)} runs on this folder and changes over by itself. To ask it:`;
}

/** What the next command needs as well when it was this one's argument or environment. */
function ownFolder({ config, sources, file }: LoadedConfig): string {
  const source = sources.get("data.dir") ?? "default";
  const isKnown = source === "default" || source === file;
  return isKnown ? "" : `EARSHOT_DATA_DIR='${config.data.dir.replaceAll("'", String.raw`'\''`)}' `;
}

function titleOf({ samples: [song] }: ImportReport): string {
  return song === undefined ? "a title" : printable(song.title).replaceAll(/["$`\\]/gu, "");
}
