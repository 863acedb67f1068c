import { anyNode } from "../../contract/names.js";
import { nodeTopics, replyTopic, requestTopic } from "../../contract/topics.js";
import type { TopicRules } from "./topic-rules.js";
import type { RoleName, UserRecord } from "./user-record.js";

/** The prefixes under which roles may act. */
export interface RolePrefixes {
  /** `mqtt.baseTopic`. */
  readonly base: string;
  /** Where Home Assistant looks for discovery. */
  readonly discoveryPrefix: string;
}

/** What each role is for, in one line for people. */
export const roleSummaries: Readonly<Record<RoleName, string>> = {
  admin: "everything",
  home: "Home Assistant and automations: everything of Earshot and of discovery",
  node: "another Earshot node, whose name is the user's name",
  asker: "asks for songs, reads its own replies and the public state",
};

/** What a user may read and write: its role's rules and its own. */
export function rulesOf(user: UserRecord, prefixes: RolePrefixes): TopicRules {
  const role = user.role === undefined ? both() : roleRules[user.role](prefixes);
  const own = user.readwrite ?? [];
  return {
    read: [...role.read, ...(user.read ?? []), ...own],
    write: [...role.write, ...(user.write ?? []), ...own],
  };
}

const roleRules: Readonly<Record<RoleName, (prefixes: RolePrefixes) => TopicRules>> = {
  admin: () => both("#"),
  home: ({ base, discoveryPrefix }) => both(`${base}/#`, `${discoveryPrefix}/#`),
  node: ({ base, discoveryPrefix }) =>
    both(`${base}/%u/#`, `${base}/${anyNode}/#`, `${discoveryPrefix}/#`),
  asker: ({ base }) => rulesOfAsker(base),
};

function both(...filters: readonly string[]): TopicRules {
  return { read: filters, write: filters };
}

/**
 * Questions to any node, the replies to them, and what nodes tell everybody. `recommend/last` is
 * not among it: it holds what others have asked.
 */
function rulesOfAsker(base: string): TopicRules {
  const every = { base, node: "+" };
  const topics = nodeTopics(every);
  const open = [
    topics.status,
    topics.info,
    topics.health,
    topics.catalogue,
    topics.micState,
    topics.micEnabled,
    topics.micThreshold,
    topics.micLevel,
    topics.micPeak,
    topics.askState,
  ].map(({ topic }) => topic);
  const own = ["%u", "%c"];
  return {
    read: [...open, ...own.map((client) => replyTopic(every, client))],
    write: own.map((client) => requestTopic(every, client)),
  };
}
