import { once } from "node:events";
import type { RunningApp } from "../app.js";
import type { Config } from "../config/schema.js";
import { messageOf } from "../errors.js";
import { hostAndPort } from "../host-and-port.js";
import type { Command, Terminal } from "./command.js";
import { isStopSignal } from "./stop-signal.js";

/** `earshot start`: runs the node until it is told to stop. */
export const startCommand: Command = {
  help: `Usage: earshot start [--config FILE] [--KEY VALUE …]

Runs the node until it gets SIGINT (Ctrl-C), SIGTERM or SIGHUP; a second signal ends it at once.
Every configuration key is a flag: --broker.port 1884. \`earshot config\` lists them.

Examples:
  earshot start
  earshot start --broker.port 0 --log.level debug
  earshot start --broker.mode external --mqtt.url mqtt://192.168.1.10:1883`,
  flags: {},
  argumentHint: "with npm they stand behind two hyphens: npm start -- --broker.port 1884",
  runsUntilStopped: true,
  async run({ loaded, terminal, signal }) {
    const log = await openLog(loaded.config, terminal);
    log.info(
      { config: loaded.file ?? "defaults", data: loaded.config.data.dir, process: process.pid },
      "starting",
    );
    const { startApp } = await import("../app.js");
    const app = await startApp({ config: loaded.config, log });
    log.info({ broker: app.info().broker }, describeStart(app));
    if (terminal.isInteractive) terminal.write(invitation);
    if (!signal.aborted) await once(signal, "abort");
    const reason: unknown = signal.reason;
    const isFault = !isStopSignal(reason);
    if (isFault) log.error({ err: reason }, `a fault ends this node: ${messageOf(reason)}`);
    else log.info({ signal: reason.signal }, "stopping");
    await app.stop();
    log.info({}, "stopped");
    return isFault ? 1 : 0;
  },
};

const invitation = `
The node is up. Ask it for songs from a second terminal, in this folder:
  ./earshot ask "Bohemian Rhapsody"
and see what happens on it with: ./earshot watch        (Ctrl-C stops the node)

`;

async function openLog(config: Config, terminal: Terminal) {
  const { createLog } = await import("../log.js");
  const { level, pretty } = config.log;
  const isPretty = pretty === "auto" ? terminal.isLogTerminal : pretty === "true";
  return await createLog({ level, isPretty, isColoured: terminal.isLogColoured });
}

/** The start line: who, where and with what, in one sentence. */
function describeStart(app: RunningApp): string {
  const { node, roles, broker, catalogue } = app.info();
  const place = `${broker.kind} broker mqtt://${hostAndPort(broker)}`;
  const songs = catalogue === undefined ? "" : `, ${catalogue.songs} songs (${catalogue.name})`;
  const isConnected = broker.mqtt_version !== undefined;
  const state = isConnected ? "is online at" : "is up and waits for";
  return `node ${node} ${state} the ${place} as ${roles.join(", ")}${songs}`;
}
