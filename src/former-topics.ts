import type { Config } from "./config/schema.js";
import { openAnnouncedFile } from "./home-assistant/announced-file.js";
import { discoveryTopic } from "./home-assistant/device.js";
import type { Log } from "./lifecycle.js";
import { readNames } from "./presence/former-names.js";

/**
 * Tells what this node has left on its own broker under former names: state, and devices of Home
 * Assistant. Over a bridge it must not go: upstream such a name may be somebody else's by now, above
 * all the one that this node has made room for.
 */
export async function findFormerTopics(
  config: Config,
  log: Log,
): Promise<(topic: string) => boolean> {
  const address = { base: config.mqtt.baseTopic, node: config.node.id };
  const names = await readNames(config.data.dir);
  const roots = names
    .filter(({ base, node }) => base !== address.base || node !== address.node)
    .map(({ base, node }) => `${base}/${node}/`);
  const announced = await openAnnouncedFile(config.data.dir, log).load();
  const device = discoveryTopic(config.homeAssistant.prefix, address);
  const devices = new Set(announced.map(({ topic }) => topic).filter((topic) => topic !== device));
  return (topic) => devices.has(topic) || roots.some((root) => topic.startsWith(root));
}
