import { formatId } from "../catalogue/folders.js";
import type { Manifest } from "../catalogue/manifest.js";
import {
  listCatalogues,
  removeCatalogue,
  rollBack,
  selectCatalogue,
  verifyCatalogue,
} from "../catalogue/store.js";
import { EarshotError } from "../errors.js";
import { formatCatalogues } from "./catalogue-table.js";
import type { CommandCall } from "./command.js";
import { countOf } from "./numbers.js";

/** What can be done with catalogues, by the word that follows `catalogue`. */
const actions: ReadonlyMap<string, (call: CommandCall) => Promise<number>> = new Map([
  ["list", list],
  ["use", use],
  ["verify", verify],
  ["rollback", goBack],
  ["remove", remove],
]);

/**
 * Does what the word after `catalogue` says.
 *
 * @returns the exit code: 0 done, 1 a catalogue is damaged
 * @throws EarshotError `bad_usage` for another word or wrong arguments, `not_found`,
 *   `bad_catalogue`
 */
export async function runCatalogueAction(call: CommandCall): Promise<number> {
  const action = actions.get(call.positionals[0] ?? "");
  if (action !== undefined) return await action(call);
  throw new EarshotError(
    "bad_usage",
    `expected: earshot catalogue ${[...actions.keys()].join("|")}; --help tells more`,
  );
}

async function list(call: CommandCall): Promise<number> {
  takeArguments(call, { least: 0, most: 0, form: "list" });
  const { terminal, flags } = call;
  const { dir } = call.loaded.config.data;
  const stored = await listCatalogues(dir);
  if (flags["json"] === true) terminal.write(`${JSON.stringify(stored)}\n`);
  else if (stored.length > 0) terminal.write(formatCatalogues(stored));
  else terminal.write(`no catalogue in ${dir} yet; the first start builds the starter\n`);
  return 0;
}

async function use(call: CommandCall): Promise<number> {
  const [id = ""] = takeArguments(call, { least: 1, most: 1, form: "use NAME[@VERSION]" });
  tellLive(call, await selectCatalogue(call.loaded.config.data.dir, id));
  return 0;
}

async function goBack(call: CommandCall): Promise<number> {
  takeArguments(call, { least: 0, most: 0, form: "rollback" });
  tellLive(call, await rollBack(call.loaded.config.data.dir));
  return 0;
}

async function verify(call: CommandCall): Promise<number> {
  const [only] = takeArguments(call, { least: 0, most: 1, form: "verify [NAME[@VERSION]]" });
  const { dir } = call.loaded.config.data;
  const ids = only === undefined ? (await listCatalogues(dir)).map(formatId) : [only];
  let damaged = 0;
  for (const id of ids) {
    try {
      const manifest = await verifyCatalogue(dir, id);
      call.terminal.write(`${formatId(manifest)} is whole, ${countOf(manifest.songs, "song")}\n`);
    } catch (error) {
      if (!(error instanceof EarshotError) || error.code !== "bad_catalogue") throw error;
      damaged += 1;
      call.terminal.writeError(`${id}: ${error.message}`);
    }
  }
  if (ids.length === 0) call.terminal.write(`no catalogue in ${dir} yet\n`);
  return damaged === 0 ? 0 : 1;
}

async function remove(call: CommandCall): Promise<number> {
  const [id = ""] = takeArguments(call, { least: 1, most: 1, form: "remove NAME@VERSION" });
  const removed = await removeCatalogue(call.loaded.config.data.dir, id);
  call.terminal.write(`${formatId(removed)} is removed\n`);
  return 0;
}

function tellLive({ terminal, loaded }: CommandCall, manifest: Manifest): void {
  const { dir } = loaded.config.data;
  terminal.write(
    `${formatId(manifest)} is live now, ${countOf(manifest.songs, "song")}; a node that runs on ${dir} changes over by itself\n`,
  );
}

/** What follows the action's name. */
function takeArguments(
  { positionals }: CommandCall,
  { least, most, form }: { readonly least: number; readonly most: number; readonly form: string },
): readonly string[] {
  const rest = positionals.slice(1);
  if (rest.length >= least && rest.length <= most) return rest;
  throw new EarshotError("bad_usage", `expected: earshot catalogue ${form}`);
}
