/** The typed arrays that can grow. */
type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array;

/** An array of numbers of one type that is appended to; its memory grows by half when it is full. */
export interface GrowingArray<T extends Numbers> {
  readonly length: number;
  push(value: number): void;
  /** The value at an index below `length`. */
  at(index: number): number;
  /** Replaces the value at an index below `length`. */
  set(index: number, value: number): void;
  /** Hands the values over, without room to grow; the array is empty afterwards. */
  take(): T;
}

const firstLength = 1024;

/** Creates an empty array. */
export function createGrowingArray<T extends Numbers>(
  create: (length: number) => T,
): GrowingArray<T> {
  let numbers = create(firstLength);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === numbers.length) {
        const larger = create(Math.ceil(length * 1.5));
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
    take() {
      const values = create(length);
      values.set(numbers.subarray(0, length));
      numbers = create(firstLength);
      length = 0;
      return values;
    },
  };
}
