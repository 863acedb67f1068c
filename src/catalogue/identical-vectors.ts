/** Which songs share one vector. */
export interface IdenticalVectors {
  /** The songs of one vector as a ring, ascending: each song's successor, the last one's the first. */
  readonly next: Int32Array;
  /** The first song of each ring, ascending: one per distinct vector. */
  readonly firsts: Int32Array;
}

const EMPTY = -1;

/**
 * Finds the songs whose vectors are equal bit for bit, with an open-addressing hash table.
 *
 * The graph of the vector index decays when many points lie on one spot, so that it gets every
 * distinct vector once.
 *
 * @param vectors one after the other, `dimensions` values each
 */
export function linkIdentical(vectors: Float32Array, dimensions: number): IdenticalVectors {
  const bits = new Uint32Array(vectors.buffer, vectors.byteOffset, vectors.length);
  const count = bits.length / dimensions;
  const next = Int32Array.from({ length: count }, (_, row) => row);
  const last = next.slice();
  const firsts = new Int32Array(count);
  const slots = new Int32Array(tableSize(count)).fill(EMPTY);
  let distinct = 0;
  for (let row = 0; row < count; row++) {
    const slot = findSlot({ bits, dimensions, slots, row });
    const first = slots[slot] ?? EMPTY;
    if (first === EMPTY) {
      slots[slot] = row;
      firsts[distinct++] = row;
      continue;
    }
    next[last[first] ?? first] = row;
    next[row] = first;
    last[first] = row;
  }
  return { next, firsts: firsts.slice(0, distinct) };
}

function tableSize(count: number): number {
  return 2 ** Math.ceil(Math.log2(count * 2 + 1));
}

interface Lookup {
  readonly bits: Uint32Array;
  readonly dimensions: number;
  readonly slots: Int32Array;
  readonly row: number;
}

/** The slot that holds an equal vector's first row, or the empty one where it belongs. */
function findSlot({ bits, dimensions, slots, row }: Lookup): number {
  const mask = slots.length - 1;
  let slot = hashRow(bits, row * dimensions, dimensions) & mask;
  for (;;) {
    const other = slots[slot] ?? EMPTY;
    if (other === EMPTY || isEqual({ bits, dimensions, slots, row }, other)) return slot;
    slot = (slot + 1) & mask;
  }
}

function isEqual({ bits, dimensions, row }: Lookup, other: number): boolean {
  for (let i = 0; i < dimensions; i++) {
    if (bits[row * dimensions + i] !== bits[other * dimensions + i]) return false;
  }
  return true;
}

/** Multiply-xor over 32-bit words (the step of MurmurHash3). */
function hashRow(bits: Uint32Array, start: number, length: number): number {
  let hash = 0;
  for (let i = start; i < start + length; i++) {
    hash = Math.imul(hash ^ (bits[i] ?? 0), 0xcc_9e_2d_51);
    hash = (hash << 15) | (hash >>> 17);
    hash = Math.imul(hash, 0x1b_87_35_93);
  }
  return hash ^ (hash >>> 16);
}
