/** The magnitude of full scale in signed 16-bit audio: 0 dBFS. A full-scale sine is -3 dBFS RMS. */
export const fullScale = 32_768;

/** The lowest level that is ever reported, in dBFS: the dynamic range of 16 bits. */
export const silenceDb = -96;

/** A magnitude in 16-bit steps (RMS or sample) as dBFS; never below `silenceDb`. */
export function toDbfs(magnitude: number): number {
  if (magnitude <= 0) return silenceDb;
  return Math.max(silenceDb, 20 * Math.log10(magnitude / fullScale));
}

/** The inverse of `toDbfs`: dBFS as a magnitude in 16-bit steps. */
export function fromDbfs(db: number): number {
  return fullScale * 10 ** (db / 20);
}
