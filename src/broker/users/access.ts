import { type CliAccess, cliUserName } from "../../cli-access.js";
import type { Clock } from "../../clock.js";
import { createMatcher } from "../../contract/topic-filters.js";
import { type NodeAddress, requestTopic } from "../../contract/topics.js";
import { EarshotError } from "../../errors.js";
import type { Log } from "../../lifecycle.js";
import { createLogThrottle } from "../../log-throttle.js";
import { loggable } from "../loggable.js";
import type { Access, Credentials, Identity } from "../parts.js";
import { findOwner } from "./client-ids.js";
import { createReservedTopics } from "./reserved-topics.js";
import { rulesOf } from "./roles.js";
import { anonymousName, createSignIn, ownClientName } from "./sign-in.js";
import { type CompiledRules, compileRules } from "./topic-rules.js";
import type { UserStore } from "./user-store.js";

export interface AccessOptions {
  /** This node, whose own topics nobody else may publish to. */
  readonly address: NodeAddress;
  /** Where Home Assistant looks for discovery. */
  readonly discoveryPrefix: string;
  readonly users: UserStore;
  /** How this machine's commands sign in. */
  readonly cliAccess: CliAccess | undefined;
  /** `broker.allowAnonymousFromTheWholeNetwork` */
  readonly isOpenToNetwork: boolean;
  readonly log: Log;
  readonly clock: Clock;
}

const everything: CompiledRules = {
  mayWrite: () => true,
  maySubscribe: () => true,
  mayRead: () => true,
};
const nothing: CompiledRules = {
  mayWrite: () => false,
  maySubscribe: () => false,
  mayRead: () => false,
};

/**
 * Creates the rules of the embedded broker: who comes in, and who may do what on which topics.
 *
 * Its `authenticate` throws EarshotError `broker_unavailable` when too many sign in at once: nobody
 * knows then whether the password is right, and the client is to come again.
 */
export function createAccess(options: AccessOptions): Access {
  const signIn = createSignIn(options);
  const isReserved = createReservedTopics(options.address);
  const isRequest = createMatcher(requestTopic({ base: options.address.base, node: "+" }, "+"));
  const grants = createGrants(options);
  const report = createReport(options.log);
  return {
    async authenticate(credentials) {
      const result = await signIn(credentials);
      const refusal =
        "refusal" in result
          ? result.refusal
          : grants.findFaultInClientId(result.name, credentials.clientId);
      if (refusal === undefined && "name" in result) return { name: result.name };
      report(credentials, refusal ?? "");
      if ("refusal" in result && result.isBusy) {
        throw new EarshotError("broker_unavailable", `${result.refusal}; try again in a moment`);
      }
      return undefined;
    },
    mayPublish(identity, clientId, topic) {
      // Topics below $ are the broker's own (MQTT 5, section 4.7.2).
      if (topic.startsWith("$")) return false;
      if (identity.name === ownClientName) return true;
      return !isReserved(topic) && grants.of(identity, clientId).mayWrite(topic);
    },
    // A node answers none that was retained: it would be asked again at each of its starts.
    mayStay: (topic) => !isRequest(topic.split("/")),
    maySubscribe: (identity, clientId, filter) =>
      grants.of(identity, clientId).maySubscribe(filter),
    mayReceive: (identity, clientId, topic) => grants.of(identity, clientId).mayRead(topic),
    mayTakeOver({ name }, owner) {
      // An id that a client held before there were users, or that of a user who has gone.
      const isOwnerGone =
        owner === anonymousName
          ? options.users.size() > 0
          : owner !== cliUserName && options.users.find(owner) === undefined;
      return isOwnerGone || options.users.find(name)?.role === "admin";
    },
    onChange(listener) {
      options.users.onChange((changed) => {
        const isStillValid = ({ name }: Identity): boolean =>
          name === anonymousName ? options.users.size() === 0 : !changed.has(name);
        listener(isStillValid);
      });
    },
  };
}

/** How the client ids of Earshot itself begin: `earshot-<node>-` and some random letters. */
const programPrefix = "earshot-";

interface Grant {
  readonly clientId: string;
  readonly rules: CompiledRules;
}

/** What each client may do, worked out once for a client and forgotten when the users change. */
function createGrants({ address, discoveryPrefix, users }: AccessOptions) {
  const prefixes = { base: address.base, discoveryPrefix };
  let known = new WeakMap<Identity, Grant>();
  let bound: ReadonlySet<string> | undefined;
  users.onChange(() => {
    known = new WeakMap();
    bound = undefined;
  });
  /** Users to whom client ids belong. */
  const boundNames = (): ReadonlySet<string> => {
    bound ??= new Set([...users.names()].filter((name) => namesClientId(name)));
    return bound;
  };
  const namesClientId = (name: string): boolean => {
    const user = users.find(name) ?? {};
    if (user.role === "node") return true;
    const { read, write } = rulesOf(user, prefixes);
    return [...read, ...write].some((rule) => rule.split("/").includes("%c"));
  };
  const compile = ({ name }: Identity, clientId: string): CompiledRules => {
    if (name === ownClientName || name === cliUserName) return everything;
    if (name === anonymousName) return users.size() === 0 ? everything : nothing;
    const user = users.find(name);
    if (user === undefined) return nothing;
    const isOwner = findOwner(clientId, boundNames()) === name;
    const names = { user: name, clientId: isOwner ? clientId : undefined };
    return compileRules(rulesOf(user, prefixes), names);
  };
  return {
    of(identity: Identity, clientId: string): CompiledRules {
      const grant = known.get(identity);
      if (grant?.clientId === clientId) return grant.rules;
      const rules = compile(identity, clientId);
      known.set(identity, { clientId, rules });
      return rules;
    },
    /** A broker of MQTT 3.1.1 and 5 gives an id to a client that sends an empty one. */
    findFaultInClientId(name: string, clientId: string): string | undefined {
      if (name === ownClientName) return undefined;
      const owner = findOwner(clientId, boundNames());
      if (owner !== undefined && owner !== name) return "the client id belongs to another user";
      const isBound = boundNames().has(name);
      if (!isBound || owner === name || clientId === "") return undefined;
      if (users.find(name)?.role === "node" && clientId.startsWith(programPrefix)) return undefined;
      return `the client id must be ${name}, begin with ${name}- or be empty`;
    },
  };
}

/** A stranger who guesses passwords must not fill the log. */
function createReport(log: Log): (credentials: Credentials, reason: string) => void {
  const throttle = createLogThrottle();
  return ({ clientId, username, peer }, reason) => {
    throttle.run((heldBack) => {
      const who = {
        address: peer.address,
        client: loggable(clientId),
        ...(username === undefined ? {} : { user: loggable(username) }),
      };
      log.warn({ ...who, reason, heldBack }, "client refused");
    });
  };
}
