import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportFigure } from "../figure.js";
import { runKills } from "./kills.js";

/** By hand: `node dist/bench/broker/kill-run.js [kills]`. 200 kills take five minutes. */
const kills = Number(process.argv[2] ?? 200);
const folder = await mkdtemp(join(tmpdir(), "earshot-kills-"));
try {
  const { lost, outOfOrder, leaked, ...numbers } = await runKills({
    folder,
    kills,
    maxAcknowledged: 300,
  });
  const found = { lost: lost.length, outOfOrder: outOfOrder.length, leaked: leaked.length };
  for (const [figure, value] of Object.entries({ ...numbers, ...found })) {
    const unit = figure === "slowestStartMs" ? "ms" : "count";
    reportFigure("broker-kills", figure, { value, unit });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
