/** A 64-bit hash of a folded text, as two unsigned 32-bit numbers. */
export interface KeyHash {
  readonly high: number;
  readonly low: number;
}

const blank = 0x20;

/**
 * Hashes a folded text without its blanks, so that "back stage" and "backstage" agree.
 *
 * Two running multiply-xor hashes, mixed crosswise at the end with MurmurHash3's finaliser. The
 * value is stored in catalogues: changing it needs a new `titleFormat`.
 */
export function hashKey(key: string): KeyHash {
  let high = 0x9e_37_79_b9;
  let low = 0x85_eb_ca_6b;
  for (let index = 0; index < key.length; index += 1) {
    const unit = key.charCodeAt(index);
    if (unit === blank) continue;
    high = Math.imul(high ^ unit, 0x9e_37_79_b1);
    low = Math.imul(low ^ unit, 0x5f_35_64_95);
    low ^= low >>> 15;
  }
  return { high: mix(high ^ (low >>> 7)), low: mix(low ^ mix(high)) };
}

/** 16 bits for an artist's name: enough to tell the owners of one title apart. */
export function hashArtist(foldedArtist: string): number {
  return hashKey(foldedArtist).low & 0xff_ff;
}

/** A value of 1 to 15 that tells apart wordings that share one hash; it heeds blanks. */
export function wordingTag(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  }
  return 1 + (mix(hash) % 15);
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
