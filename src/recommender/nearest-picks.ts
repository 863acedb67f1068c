import type { Neighbour, SongSource } from "./song-source.js";

export interface PickOptions {
  /** How many songs at most. */
  readonly limit: number;
  /** How many of them may be by one artist. */
  readonly maxPerArtist?: number | undefined;
}

/** Keeps the nearest of the songs offered that may stand beside each other in one answer. */
export interface NearestPicks {
  /** Of songs equally far, the first offered stays. */
  readonly offer: (ordinal: number, distance: number) => void;
  /** Whether there are as many as wanted; nearer ones still take the place of others. */
  isFull(): boolean;
  /** The nearest first. */
  picked(): readonly Neighbour[];
}

interface Picked extends Neighbour {
  readonly work: number;
  readonly artist: number;
}

/**
 * Picks of each work one song, of each artist `maxPerArtist`, and `limit` in all; none of the
 * seed's work. In whatever order the songs come, the result is that of taking the nearest first
 * while it fits: a work has one artist, so that each bound lies within the next (a laminar
 * matroid), and a song need only be compared with the farthest of the narrowest bound that is
 * reached.
 */
export function createNearestPicks(
  source: Pick<SongSource, "workOf" | "artistOf">,
  seed: number,
  { limit, maxPerArtist = Number.POSITIVE_INFINITY }: PickOptions,
): NearestPicks {
  const seedsWork = source.workOf(seed);
  const picks: Picked[] = [];

  /** The one that would have to go for a song of that work and artist; `undefined` when none. */
  function rivalOf(work: number, artist: number): Picked | undefined {
    let ofArtist = 0;
    let farthest: Picked | undefined;
    for (const pick of picks) {
      if (pick.work === work) return pick;
      if (pick.artist !== artist) continue;
      ofArtist += 1;
      farthest = pick;
    }
    if (ofArtist >= maxPerArtist) return farthest;
    return picks.length === limit ? picks.at(-1) : undefined;
  }

  return {
    offer: (ordinal, distance) => {
      const last = picks.at(-1);
      if (picks.length === limit && last !== undefined && distance >= last.distance) return;
      const [work, artist] = [source.workOf(ordinal), source.artistOf(ordinal)];
      if (work === seedsWork) return;
      const rival = rivalOf(work, artist);
      if (rival !== undefined) {
        if (distance >= rival.distance) return;
        picks.splice(picks.indexOf(rival), 1);
      }
      let place = picks.length;
      while (place > 0 && (picks[place - 1]?.distance ?? 0) > distance) place -= 1;
      picks.splice(place, 0, { ordinal, distance, work, artist });
    },
    isFull: () => picks.length === limit,
    picked: () => picks,
  };
}
