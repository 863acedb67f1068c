import { createMatcher } from "../../contract/topic-filters.js";

/** Topic filters that a user may read and write; `%u` and `%c` may be levels of them. */
export interface TopicRules {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** The rules of one user with one client id, ready to be asked for every message. */
export interface CompiledRules {
  mayWrite(topic: string): boolean;
  /** Whether every topic that a filter of a SUBSCRIBE stands for may be read. */
  maySubscribe(filter: string): boolean;
  mayRead(topic: string): boolean;
}

/** What stands for `%u` and `%c`; without a client id the rules with `%c` do not hold. */
export interface RuleNames {
  readonly user: string;
  readonly clientId: string | undefined;
}

/** Prepares rules for one user on one connection, once for all of its messages. */
export function compileRules(rules: TopicRules, names: RuleNames): CompiledRules {
  const read = rules.read.flatMap((rule) => substitute(rule, names));
  const write = rules.write.flatMap((rule) => substitute(rule, names));
  const mayRead = matchAny(read);
  return {
    mayWrite: matchAny(write),
    maySubscribe: (filter) => read.some((rule) => covers(rule, filter)),
    mayRead,
  };
}

/** Puts the names in; a client id that is no plain level would turn the rule into another one. */
function substitute(rule: string, { user, clientId }: RuleNames): readonly string[] {
  const levels = rule.split("/");
  if (!levels.includes("%c")) return [fill(levels, { "%u": user })];
  if (clientId === undefined || clientId === "" || /[/+#]/u.test(clientId)) return [];
  return [fill(levels, { "%u": user, "%c": clientId })];
}

function fill(levels: readonly string[], names: Readonly<Record<string, string>>): string {
  return levels
    .map((level) => (level === "%u" || level === "%c" ? (names[level] ?? level) : level))
    .join("/");
}

function matchAny(filters: readonly string[]): (topic: string) => boolean {
  const matchers = filters.map((filter) => createMatcher(filter));
  return (topic) => {
    const levels = splitOnce(topic);
    return matchers.some((matches) => matches(levels));
  };
}

let lastTopic = "";
let lastLevels: readonly string[] = [""];

/** One message is checked for each of its receivers in a row: its topic is cut up once. */
function splitOnce(topic: string): readonly string[] {
  if (topic !== lastTopic) {
    lastLevels = topic.split("/");
    lastTopic = topic;
  }
  return lastLevels;
}

/**
 * Whether a rule stands for every topic that a filter stands for (MQTT 5, section 4.7): `a/#`
 * covers `a`, `a/+` and `a/b/#`, but neither `#` nor `+` covers a filter below `$`
 * ([MQTT-4.7.2-1]).
 */
export function covers(rule: string, filter: string): boolean {
  const wanted = rule.split("/");
  const given = filter.split("/");
  if (given[0]?.startsWith("$") === true && given[0] !== wanted[0]) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    const other = given[index];
    if (other === undefined || other === "#") return false;
    if (level !== "+" && level !== other) return false;
  }
  return wanted.length === given.length;
}
