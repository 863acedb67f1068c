import assert from "node:assert/strict";
import { test } from "node:test";
import { runKills } from "../../../bench/broker/kills.js";
import { makeTempFolder } from "../../support/temp-folder.js";

// Killed with its subscriber there, and away; then it is there again. The long form: bench/broker/kill-run.ts.
test("a broker that is killed under traffic loses nothing it acknowledged, and keeps its order", async (t) => {
  const folder = await makeTempFolder(t);
  const { acknowledged, ...found } = await runKills({ folder, kills: 2, maxAcknowledged: 60 });
  const { lost, outOfOrder, leaked, staleRetained, lostSessions } = found;
  assert.ok(acknowledged > 0);
  assert.deepEqual(
    { lost, outOfOrder, leaked, staleRetained, lostSessions },
    { lost: [], outOfOrder: [], leaked: [], staleRetained: 0, lostSessions: 0 },
  );
});
