import type { Command } from "./command.js";

/** `earshot catalogue`: looks after the song catalogues of this node. */
export const catalogueCommand: Command = {
  help: `Usage: earshot catalogue list [--json]
       earshot catalogue use NAME[@VERSION]
       earshot catalogue verify [NAME[@VERSION]]
       earshot catalogue rollback
       earshot catalogue remove NAME@VERSION

list      the catalogues in the data folder, the live one with a star
use       makes a catalogue the live one, after checking it; a name alone means its newest version
verify    compares every byte with the checksums: of one catalogue, or of all
rollback  undoes the last import or use: one step back, further only to earlier versions of the
          same name; for any other catalogue there is use
remove    deletes a catalogue that is not live

A node that runs on this data folder changes over by itself within seconds, and answers all the
while. For the service:
sudo -u earshot env EARSHOT_DATA_DIR=/var/lib/earshot /opt/earshot/earshot catalogue …

  --json   list: one JSON array`,
  takesArguments: true,
  flags: { json: { type: "boolean" } },
  async run(call) {
    return await (await import("./catalogue-actions.js")).runCatalogueAction(call);
  },
};
