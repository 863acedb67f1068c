import { anyNode } from "../contract/names.js";
import type { Info, PeakEvent } from "../contract/state.js";
import { nodeTopics } from "../contract/topics.js";
import { createDeferred } from "../deferred.js";
import { withDeadline } from "../lifecycle.js";
import type { NodeLine } from "./node-line.js";
import { printable } from "./printable.js";

/** What a node's microphone tells over MQTT. */
export interface Ears {
  /** Subscribes, and waits until it is known what the node is, or that it says nothing. */
  open(events: EarsEvents): Promise<void>;
  /** The latest level, dBFS; `undefined` while none is known. */
  levelDb(): number | undefined;
  /** Why nothing is heard, in one line; `undefined` while the microphone listens. */
  silence(): string | undefined;
  /** Who is to answer: this node when it recommends songs, else `any`. */
  recommender(): string;
}

export interface EarsEvents {
  /** The level or the silence has changed. */
  readonly onChange: () => void;
  readonly onPeak: (peak: PeakEvent) => void;
}

type MicState = NonNullable<Info["mic"]>["state"];

/** `info` is retained: a node that is there answers at once. */
const introductionMs = 2000;

/** Creates the ears of a command on another process's microphone. */
export function createEars(line: NodeLine, node: string): Ears {
  const topics = nodeTopics({ base: line.base, node });
  const name = printable(node);
  let status: "online" | "offline" = "offline";
  let state: MicState | undefined;
  let level: number | undefined;
  let info: Info | undefined;
  return {
    async open({ onChange, onPeak }) {
      const introduced = createDeferred<void>();
      await line.listen(topics.micState, (value) => {
        state = value;
        if (state !== "listening") level = undefined;
        onChange();
      });
      await line.listen(topics.micLevel, (value) => {
        level = value;
        onChange();
      });
      await line.listen(topics.micPeak, onPeak);
      await line.listen(topics.status, (value) => {
        status = value;
        onChange();
      });
      await line.listen(topics.info, (value) => {
        info = value;
        introduced.resolve();
        onChange();
      });
      await withDeadline(introduced.promise, introductionMs, "hearing of the node").catch(() => {});
    },
    levelDb: () => (status === "online" && state === "listening" ? level : undefined),
    recommender: () => (info?.roles.includes("recommender") === true ? node : anyNode),
    silence() {
      if (status === "offline") return `node ${name} is not online`;
      return describeSilence(name, state, info?.mic);
    },
  };
}

function describeSilence(
  name: string,
  state: MicState | undefined,
  mic: Info["mic"],
): string | undefined {
  if (state === undefined) return `node ${name} has no microphone`;
  // `info` follows `mic/state` and brings the reason.
  const isReasonComing = mic !== undefined && mic.state !== state;
  if (state === "listening" || isReasonComing) return undefined;
  const reason = mic?.reason === undefined ? "" : ` (${printable(mic.reason)})`;
  return `the microphone is ${state}${reason}`;
}
