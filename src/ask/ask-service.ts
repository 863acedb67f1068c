import type { Bus } from "../bus/bus.js";
import type { NodeTopics } from "../contract/topics.js";
import { systemClock } from "../clock.js";
import { messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { createQuestionWindow } from "./question-window.js";

export interface AskServiceOptions {
  readonly bus: Bus;
  readonly topics: NodeTopics;
  readonly log: Log;
  /** How long a question stays open, in milliseconds; 0 opens none. */
  readonly windowMs: number;
}

/**
 * Creates the service behind `ask/state`: a peak opens the question "what is playing?", the next
 * request to this node (or to any recommender) closes it, and so does a microphone that stops
 * listening. How a person is asked is the business of
 * whoever watches the topic.
 */
export function createAskService({ bus, topics, log, windowMs }: AskServiceOptions): Service {
  const publish = (state: "waiting" | "idle"): void => {
    bus.publish(topics.askState, state).catch((error: unknown) => {
      log.debug({ reason: messageOf(error) }, "the question's state was not published");
    });
  };
  const window = createQuestionWindow({ lengthMs: windowMs, clock: systemClock, onState: publish });
  return {
    name: "ask",
    async start() {
      await bus.publish(topics.askState, "idle");
      await bus.subscribe(topics.micPeak.topic, ({ retain }) => {
        if (!retain) window.open();
      });
      // Nobody is asked about a room that is no longer heard; retained or not makes no difference.
      await bus.subscribe(topics.micState.topic, ({ payload }) => {
        if (Buffer.from(payload).toString() !== "listening") window.close();
      });
      await bus.subscribe(topics.micEnabled.topic, ({ payload }) => {
        if (Buffer.from(payload).toString() === "OFF") window.close();
      });
      for (const filter of topics.requestFilters) {
        await bus.subscribe(filter, ({ retain }) => {
          if (!retain) window.answer();
        });
      }
    },
    async stop() {
      window.close();
    },
  };
}
