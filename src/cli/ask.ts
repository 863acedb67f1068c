import type { Command, CommandCall } from "./command.js";

/** `earshot ask`: asks a node for recommendations, once for a title, or again and again without. */
export const askCommand: Command = {
  help: `Usage: earshot ask "TITLE" [flags]
       earshot ask [flags]

Prints the songs that sound nearest to a title. "Artist - Title" and "Title by Artist" are
understood, and so is a typo. The node on this machine is found without configuration.

Without a title, on a terminal, it shows what the node's microphone hears, waits for a sound, asks
"What is playing?", prints the songs that sound nearest, and listens again. Enter asks without a
sound, an empty answer goes back to listening, Ctrl-C or Ctrl-D ends it.

  --artist NAME          the song is by this artist (with a title)
  --id SONG_ID           ask by the id that a reply gave instead of by title
  --limit N              so many songs, 1 to 100
  --max-per-artist N     at most so many of one artist
  --filter COL=MIN:MAX   only songs within a range, such as year=1970:1985; may be repeated
  --node NAME            ask this node (default: whichever recommender answers first); without a
                         title also: listen to this node (default: the one of this machine)
  --json                 print the reply as JSON (with a title)

Exit codes: 0 answered, 1 not found (with suggestions) or no answer, 2 wrong use.

Examples:
  earshot ask "Bohemian Rhapsody"
  earshot ask "Hello by Adele" --limit 5 --filter tempo=70:90
  earshot ask`,
  takesArguments: true,
  flags: {
    artist: { type: "string" },
    id: { type: "string" },
    limit: { type: "string" },
    "max-per-artist": { type: "string" },
    filter: { type: "string", multiple: true },
    node: { type: "string" },
    json: { type: "boolean" },
  },
  runsUntilStopped: wantsLoop,
  async run(call) {
    if (wantsLoop(call)) return await (await import("./ask-loop.js")).runAskLoop(call);
    return await (await import("./ask-once.js")).askOnce(call);
  },
};

/** A title can only be asked for where a person sees the question and can type. */
function wantsLoop({ positionals, flags, terminal }: CommandCall): boolean {
  const isComplete = positionals.length > 0 || flags["id"] !== undefined;
  const needsTitle = flags["artist"] !== undefined || flags["json"] === true;
  if (isComplete || needsTitle) return false;
  return terminal.isInteractive && terminal.input.isTTY === true;
}
