import type { Command } from "./command.js";

/** `earshot import`: makes a catalogue of song files and has the node use it. */
export const importCommand: Command = {
  help: `Usage: earshot import FILE|URL… [--name NAME] [--dry-run] [--map COLUMN=FIELD]…

Reads song files and makes a catalogue of them in the data folder; a node that runs on that folder
changes over to it. What a file is and what its columns mean is found out; the report says what was
found. Files may be delimited text, JSON, HDF5 of the Million Song Dataset or AcousticBrainz
documents, also as .gz or .zip.

  --name NAME         the catalogue's name: 1 to 64 of a-z, 0-9, _ and - (default: the file's)
  --dry-run           prints the report and changes nothing
  --map COLUMN=FIELD  says what a column means, where that is not found out. FIELD is title,
                      artist, id, year, duration, popularity, a feature (tempo, energy …),
                      "feature" to compare by it under its own name, or - to leave it out

Examples:
  earshot import songs.csv
  earshot import songs.csv --dry-run
  earshot import msd_genre_dataset.zip --name msd
  earshot import songs.csv --map "Stimmung=valence" --map "Nr=-"
  sudo -u earshot env EARSHOT_DATA_DIR=/var/lib/earshot /opt/earshot/earshot import /tmp/songs.csv
                      (for the service, whose account must be able to read the file)`,
  takesArguments: true,
  flags: {
    name: { type: "string" },
    "dry-run": { type: "boolean" },
    map: { type: "string", multiple: true },
  },
  runsUntilStopped: true,
  async run(call) {
    return await (await import("./import-files.js")).runImport(call);
  },
};
