import { randomUUID } from "node:crypto";
import { anyNode, isNodeName } from "../contract/names.js";
import type { RecommendReply } from "../contract/reply.js";
import { encodeRequest, type RecommendRequest, requestSchema } from "../contract/request.js";
import { replyChannel, replyTopic, requestTopic } from "../contract/topics.js";
import { checkJson } from "../contract/codec.js";
import type { Config } from "../config/schema.js";
import { EarshotError, messageOf } from "../errors.js";
import { withDeadline } from "../lifecycle.js";
import { createDeferred } from "../deferred.js";
import type { Command, CommandCall } from "./command.js";
import { printable } from "./printable.js";
import { connectToNode } from "./remote.js";
import { formatReply, formatSuggestions } from "./reply-table.js";

const replyTimeoutMs = 10_000;

/** `earshot ask "TITLE"`: asks a node for recommendations and prints them. */
export const askCommand: Command = {
  help: `Usage: earshot ask "TITLE" [flags]

Prints the songs that sound nearest to a title. "Artist - Title" and "Title by Artist" are
understood, and so is a typo. The node on this machine is found without configuration.

  --artist NAME          the song is by this artist
  --id SONG_ID           ask by the id that a reply gave instead of by title
  --limit N              so many songs, 1 to 100
  --max-per-artist N     at most so many of one artist
  --filter COL=MIN:MAX   only songs within a range, such as year=1970:1985; may be repeated
  --node NAME            ask this node (default: whichever recommender answers first)
  --json                 print the reply as JSON

Exit codes: 0 answered, 1 not found (with suggestions) or no answer, 2 wrong use.

Examples:
  earshot ask "Bohemian Rhapsody"
  earshot ask "Hello by Adele" --limit 5 --filter tempo=70:90`,
  flags: {
    artist: { type: "string" },
    id: { type: "string" },
    limit: { type: "string" },
    "max-per-artist": { type: "string" },
    filter: { type: "string", multiple: true },
    node: { type: "string" },
    json: { type: "boolean" },
  },
  async run(call) {
    const request = readRequest(call);
    const reply = await askNode(call.loaded.config, request, call.flags);
    return printReply(reply, call);
  },
};

function readRequest({ positionals, flags }: CommandCall): RecommendRequest {
  const title = positionals.join(" ").trim();
  if (title === "" && flags["id"] === undefined) {
    throw new EarshotError("bad_usage", 'a title is needed: earshot ask "Bohemian Rhapsody"');
  }
  const request = {
    ...(title === "" ? {} : { title }),
    ...textFlag(flags["artist"], "artist"),
    ...textFlag(flags["id"], "song_id"),
    ...numberFlag(flags["limit"], "limit"),
    ...numberFlag(flags["max-per-artist"], "max_per_artist"),
    ...filterFlags(flags["filter"]),
    id: randomUUID(),
  };
  try {
    return checkJson(requestSchema, request);
  } catch (cause) {
    throw new EarshotError("bad_usage", messageOf(cause), { cause });
  }
}

function textFlag(value: unknown, name: string): object {
  return typeof value === "string" ? { [name]: value } : {};
}

function numberFlag(value: unknown, name: string): object {
  return typeof value === "string" ? { [name]: Number(value) } : {};
}

function filterFlags(value: unknown): object {
  if (!Array.isArray(value)) return {};
  const filters = value.map((text: unknown) => {
    const [, column, lowest, highest] = /^(\w+)=([^:]+):([^:]+)$/u.exec(String(text)) ?? [];
    if (column === undefined) {
      throw new EarshotError("bad_usage", `--filter: expected COLUMN=MIN:MAX, got ${String(text)}`);
    }
    return [column, [Number(lowest), Number(highest)]] as const;
  });
  return { filters: Object.fromEntries(filters) };
}

/** Sends the request and waits for the reply with its id. */
async function askNode(
  config: Config,
  request: RecommendRequest,
  flags: CommandCall["flags"],
): Promise<RecommendReply> {
  const client = `cli-${randomUUID().slice(0, 8)}`;
  const replied = createDeferred<RecommendReply>();
  const remote = await connectToNode(config, {
    onMessage: ({ topic, payload }) => {
      try {
        const reply = replyChannel(topic).codec.decode(payload);
        if (reply.id === request.id) replied.resolve(reply);
      } catch (error) {
        replied.reject(error);
      }
    },
    onClose: () => {
      replied.reject(new EarshotError("broker_unavailable", "the broker has gone"));
    },
  });
  try {
    const address = { base: remote.base, node: nodeFlag(flags["node"]) };
    await remote.connection.subscribe(replyTopic(address, client));
    await remote.connection.publish(requestTopic(address, client), encodeRequest(request), {
      qos: 1,
      retain: false,
    });
    return await withDeadline(
      replied.promise,
      replyTimeoutMs,
      `waiting for a recommender at ${remote.where}`,
    );
  } finally {
    await remote.connection.end();
  }
}

function nodeFlag(value: unknown): string {
  if (value === undefined) return anyNode;
  if (typeof value === "string" && isNodeName(value)) return value;
  throw new EarshotError(
    "bad_usage",
    `--node: expected a node's name, got ${JSON.stringify(value)}`,
  );
}

function printReply(reply: RecommendReply, { flags, terminal }: CommandCall): number {
  if (flags["json"] === true) terminal.write(`${JSON.stringify(reply)}\n`);
  else if (reply.status === "ok") terminal.write(formatReply(reply, terminal));
  if (reply.status === "ok") return 0;
  if (flags["json"] !== true) {
    terminal.writeError(`earshot ask: ${printable(reply.error.message)}`);
    terminal.write(formatSuggestions(reply));
  }
  return 1;
}
