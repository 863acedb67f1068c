import type { Bus } from "../bus/bus.js";
import { type NodeAddress, type NodeTopics, requestChannel } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { homeAssistantClient } from "./recommender-entities.js";

/**
 * Takes presses of "Recommend again": the song of the last recommendation, whoever had asked for
 * it, is asked for once more in Home Assistant's name. Before the first one nothing happens.
 */
export async function handleAgainButton(options: {
  readonly bus: Bus;
  readonly address: NodeAddress;
  readonly topics: NodeTopics;
  readonly log: Log;
}): Promise<void> {
  const { bus, topics, log } = options;
  const request = requestChannel(options.address, homeAssistantClient);
  // Decoded only at a press: under load this comes twenty times a second.
  let last: Uint8Array | undefined;
  await bus.subscribe(topics.lastReply.topic, ({ payload }) => {
    last = payload;
  });
  await bus.subscribe(topics.homeAssistantAgain.topic, async ({ retain }) => {
    if (retain || last === undefined) return;
    try {
      const { match } = topics.lastReply.codec.decode(last);
      await bus.publish(request, { song_id: match.id, limit: 10 });
    } catch (error) {
      log.debug({ reason: messageOf(error) }, "the last song could not be asked for again");
    }
  });
}
