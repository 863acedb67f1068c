// Ten thousand wrong passwords at once, at the real cost of a hash: what they take from the node.
import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { EarshotError } from "../../src/errors.js";
import { hashPassword } from "../../src/broker/users/password-hash.js";
import { credentials, openAccess, password } from "../../test/broker/users/support.js";
import { reportFigure } from "../figure.js";

const guesses = 10_000;
const endings: (() => unknown)[] = [];
const after = (end: () => unknown): unknown => endings.push(end);
const peer = { transport: "tcp", address: "192.0.2.9" } as const;
const known = { password: await hashPassword(password) };

const { access } = await openAccess(
  { after },
  { anna: { ...known, role: "asker" }, ben: { ...known, role: "home" } },
);
assert.ok(await access.authenticate(credentials("anna")));
const [cpuBefore, memoryBefore] = [process.cpuUsage(), process.memoryUsage.rss()];
const tries = Array.from({ length: guesses }, (_, index) =>
  guess(credentials("anna", { peer, password: Buffer.from(`guess ${index}`) })),
);
const startedMs = performance.now();
assert.ok(await access.authenticate(credentials("anna", { peer })));
const ownerMs = performance.now() - startedMs;
assert.ok((await Promise.all(tries)).every((identity) => identity === undefined));
const { user, system } = process.cpuUsage(cpuBefore);
const grownMb = (process.memoryUsage.rss() - memoryBefore) / 1e6;
assert.ok(await access.authenticate(credentials("ben")));
for (const end of endings) await end();

const bench = "guessing";
reportFigure(bench, "cpu", { value: (user + system) / 1000, unit: "ms", guesses });
reportFigure(bench, "memory", { value: grownMb, unit: "MB", guesses });
reportFigure(bench, "the owner's wait", { value: ownerMs, unit: "ms", guesses });

/** Whether a guess was let in; who cannot be checked now is not. */
async function guess(given: ReturnType<typeof credentials>): Promise<object | undefined> {
  try {
    return await access.authenticate(given);
  } catch (error) {
    assert.ok(error instanceof EarshotError && error.code === "broker_unavailable");
    return undefined;
  }
}
