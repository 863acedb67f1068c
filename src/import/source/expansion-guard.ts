import { EarshotError } from "../../errors.js";

/** How far packed data may grow. */
export interface ExpansionLimits {
  /** Most bytes of one file, or of all files of one zip. */
  readonly maxBytes: number;
  /** Most unpacked bytes for each packed one, looked at beyond `floorBytes`. */
  readonly maxRatio: number;
  readonly floorBytes: number;
}

/** Song files shrink to a third to a twentieth; a bomb of zeros shrinks to a thousandth. */
export const defaultExpansionLimits: ExpansionLimits = {
  maxBytes: 16 * 2 ** 30,
  maxRatio: 200,
  floorBytes: 64 * 2 ** 20,
};

/**
 * Refuses data that grows beyond all reason when it is unpacked.
 *
 * @throws EarshotError `bad_song_file` naming the limit
 */
export function checkExpansion(
  sizes: { readonly name: string; readonly packed: number; readonly unpacked: number },
  limits: ExpansionLimits,
): void {
  const { name, packed, unpacked } = sizes;
  if (unpacked > limits.maxBytes) {
    throw new EarshotError(
      "bad_song_file",
      `${name} unpacks to more than ${limits.maxBytes} bytes, the most that is read`,
    );
  }
  if (unpacked > limits.floorBytes && unpacked > packed * limits.maxRatio) {
    throw new EarshotError(
      "bad_song_file",
      `${name} unpacks to more than ${limits.maxRatio} times its size, as no song file does; unpack it by hand and look into it`,
    );
  }
}
