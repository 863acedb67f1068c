import { styleText } from "node:util";
import { describeConfig } from "../config/describe.js";
import type { Command } from "./command.js";

/** `earshot config`: prints the effective configuration and where each value came from. */
export const configCommand: Command = {
  help: `Usage: earshot config [--json] [--config FILE] [--KEY VALUE …]

Prints every key with its effective value and its source: default, the file, an environment
variable or a flag; the later wins in this order. Secrets are shown as ***.

  --json   one JSON object with value, source, variable and meaning of each key`,
  flags: { json: { type: "boolean" } },
  async run({ loaded, flags, terminal }) {
    const settings = describeConfig(loaded);
    if (flags["json"] === true) {
      const table = Object.fromEntries(settings.map(({ key, ...rest }) => [key, rest] as const));
      terminal.write(`${JSON.stringify(table, undefined, 2)}\n`);
      return 0;
    }
    const keyColumns = Math.max(...settings.map(({ key }) => key.length));
    const values = settings.map(({ value }) => JSON.stringify(value));
    const valueColumns = Math.min(40, Math.max(...values.map((value) => value.length)));
    for (const [index, { key, source }] of settings.entries()) {
      const line = `${key.padEnd(keyColumns)}  ${(values[index] ?? "").padEnd(valueColumns)}  ${source}`;
      const isPlain = source === "default" || !terminal.isColoured;
      terminal.write(`${isPlain ? line : styleText("bold", line)}\n`);
    }
    return 0;
  },
};
