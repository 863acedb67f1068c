import { EarshotError } from "../../errors.js";
import { createStreamPair } from "../stream-pair.js";
import { type AedesBroker, type AedesPersistence, isPersistence } from "./aedes-parts.js";

/**
 * Looks whether Aedes still has what the guard changes of it, and promises to nobody: a version that
 * calls it something else must not run half guarded. Takes the prototypes off its maps.
 *
 * @returns the persistence in use
 * @throws EarshotError `internal` that names what is missing
 */
export function prepareAedes(broker: AedesBroker): AedesPersistence {
  const persistence: unknown = Reflect.get(broker, "persistence");
  if (!isPersistence(persistence)) throw missing("the methods of a persistence", "object");
  expectAll(broker, { clients: "object", brokers: "object", publish: "function" });
  // Client ids and broker ids come from the wire: `constructor` must read back as absent.
  for (const name of ["clients", "brokers"]) Object.setPrototypeOf(Reflect.get(broker, name), null);
  const [ours, theirs] = createStreamPair();
  const probe = broker.handle(theirs);
  try {
    expectAll(probe, {
      subscriptions: "object",
      duplicates: "object",
      deliverQoS: "function",
      deliver0: "function",
    });
  } finally {
    probe.close();
    ours.destroy();
  }
  return persistence;
}

function expectAll(owner: object, parts: Readonly<Record<string, "object" | "function">>): void {
  for (const [name, type] of Object.entries(parts)) {
    const part: unknown = Reflect.get(owner, name);
    if (typeof part !== type || part === null) throw missing(name, type);
  }
}

function missing(name: string, type: string): EarshotError {
  return new EarshotError(
    "internal",
    `expected Aedes to have ${name} (${type}), found none: this version of Aedes is not the one ` +
      "that Earshot was tested with; install Earshot again as it comes",
  );
}
