import fc from "fast-check";

const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0x80, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10_ffff }),
);

/** Texts of any characters there are. The library's own unit "binary" costs a second of preparation. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  return fc
    .array(codePoint, { maxLength, size: "max" })
    .map((points) => String.fromCodePoint(...points));
}
