import type { Catalogue } from "../../src/catalogue/catalogue.js";
import { createNearestList, type Neighbour } from "../../src/catalogue/nearest-list.js";

/** What is nearest by the plainest way: every accepted song is compared with the seed. */
export function scanNearest(
  catalogue: Catalogue,
  seed: number,
  {
    count,
    accept = () => true,
  }: { readonly count: number; readonly accept?: (ordinal: number) => boolean },
): readonly Neighbour[] {
  const list = createNearestList(count);
  catalogue.scan(seed, { accept, offer: list.offer });
  return list.neighbours();
}
