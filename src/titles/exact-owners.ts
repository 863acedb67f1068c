import { rankOwners, type FoldedReading, type RankedOwner } from "./rank-owners.js";
import type { TitleIndex } from "./title-index.js";

/** Owners of exactly this title; the longer wording is the more telling one. */
export function exactOwners(index: TitleIndex, reading: FoldedReading): RankedOwner[] {
  const { otherCore = "", core } = reading.title;
  for (const wording of otherCore.length > core.length ? [otherCore, core] : [core]) {
    const owners = index.owners(wording);
    const ranked = owners.length === 0 ? [] : rankOwners(index, owners, reading);
    if (ranked.length > 0) return ranked;
  }
  return [];
}
