import type { PeakEvent } from "../../src/contract/state.js";

/** A peak as a node called attic would tell it. */
export function somePeak(id: string): PeakEvent {
  return {
    event_type: "peak",
    id,
    node: "attic",
    time: "2026-11-23T10:15:30.120Z",
    level_db: -18.2,
    peak_db: -6,
    threshold_db: -36,
    noise_floor_db: -52.4,
    duration_ms: 420,
  };
}
