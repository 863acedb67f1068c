/** The typed arrays that can grow. */
type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array;

/** An array of numbers of one type that is appended to; its memory doubles when it is full. */
export interface GrowingArray<T extends Numbers> {
  readonly length: number;
  push(value: number): void;
  /** The value at an index below `length`. */
  at(index: number): number;
  /** Replaces the value at an index below `length`. */
  set(index: number, value: number): void;
  /** A copy of the values so far. */
  values(): T;
}

/** Creates an empty array. */
export function createGrowingArray<T extends Numbers>(
  create: (length: number) => T,
): GrowingArray<T> {
  let numbers = create(1024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === numbers.length) {
        const larger = create(length * 2);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[length] = value;
      length += 1;
    },
    at: (index) => numbers[index] ?? 0,
    set(index, value) {
      numbers[index] = value;
    },
    values() {
      const copy = create(length);
      copy.set(numbers.subarray(0, length));
      return copy;
    },
  };
}
