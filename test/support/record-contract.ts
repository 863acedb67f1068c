// Imported for its effect by whatever starts nodes, and into each node's own process: from then on
// every message that is published in the process is checked, and one that the contract does not
// know fails the process, and with it the file of tests.
import { subscribe } from "node:diagnostics_channel";
import { writeSync } from "node:fs";
import type { PublishedMessage } from "../../src/bus/published-messages.js";
import { findViolation } from "./contract-recorder.js";

/** Begins the line that tells of a violation, so that the parent of a node's process sees it. */
export const violationMark = "CONTRACT VIOLATION";

subscribe("earshot:publish", (message) => {
  if (!isPublished(message)) return;
  const violation = findViolation(message);
  if (violation === undefined) return;
  writeSync(2, `${violationMark} ${violation}\n`);
  process.once("exit", () => {
    process.exitCode = 1;
  });
});

/** What a bridge passes on is what others have said. */
function isPublished(message: unknown): message is PublishedMessage {
  return (
    typeof message === "object" &&
    message !== null &&
    "clientId" in message &&
    !String(message.clientId).includes("bridge")
  );
}
