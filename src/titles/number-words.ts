const units = [
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
  "fifteen sixteen seventeen eighteen nineteen",
]
  .join(" ")
  .split(" ");
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const ordinals = "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th".split(" ");
const ordinalWords = "first second third fourth fifth sixth seventh eighth ninth tenth".split(" ");

const smallNumbers: ReadonlyMap<string, number> = new Map([
  ...units.map((word, value) => [word, value] as const),
  ...tens.map((word, index) => [word, 20 + 10 * index] as const),
]);
const multipliers: ReadonlyMap<string, number> = new Map([
  ["hundred", 100],
  ["thousand", 1000],
  ["million", 1_000_000],
]);
const ordinalFor: ReadonlyMap<string, string> = new Map(
  ordinalWords.map((word, index) => [word, ordinals[index] ?? word]),
);
const digitsBeforeMultiplier = /^\d{1,4}$/u;

/** Every English number word, for correcting a mistyped one. */
export const numberWords: readonly string[] = [
  ...smallNumbers.keys(),
  ...multipliers.keys(),
  ...ordinalWords,
];

const everyNumberWord: ReadonlySet<string> = new Set(numberWords);

/**
 * Writes English numbers in words as digits: "ninety nine" → "99", "two hundred" → "200",
 * "10 thousand" → "10000", "first" → "1st". Years in pairs stay pairs: "nineteen ninety nine" →
 * "19 99", which equals "1999" once blanks are ignored.
 */
export function foldNumbers(words: readonly string[]): string[] {
  if (!words.some((word) => everyNumberWord.has(word))) return [...words];
  const folded: string[] = [];
  let position = 0;
  while (position < words.length) {
    const word = words[position] ?? "";
    const number = readNumber(words, position);
    folded.push(number === undefined ? (ordinalFor.get(word) ?? word) : String(number.value));
    position = number?.end ?? position + 1;
  }
  return folded;
}

interface ReadNumber {
  readonly value: number;
  readonly end: number;
}

function readNumber(words: readonly string[], start: number): ReadNumber | undefined {
  let read = readSmall(words, start) ?? readMultiplicand(words, start);
  for (;;) {
    const factor = read === undefined ? undefined : multipliers.get(words[read.end] ?? "");
    if (read === undefined || factor === undefined || read.value >= factor) return read;
    read = addRest({ value: read.value * factor, end: read.end + 1 }, words);
  }
}

/** "two", "twenty", "twenty two". */
function readSmall(words: readonly string[], start: number): ReadNumber | undefined {
  const first = smallNumbers.get(words[start] ?? "");
  if (first === undefined) return undefined;
  const second = smallNumbers.get(words[start + 1] ?? "");
  const joins = first >= 20 && second !== undefined && second >= 1 && second <= 9;
  return joins ? { value: first + second, end: start + 2 } : { value: first, end: start + 1 };
}

/** "hundred" alone is 100; digits count only when a multiplier follows them. */
function readMultiplicand(words: readonly string[], start: number): ReadNumber | undefined {
  const word = words[start] ?? "";
  if (multipliers.has(word)) return { value: multipliers.get(word) ?? 0, end: start + 1 };
  if (!digitsBeforeMultiplier.test(word) || !multipliers.has(words[start + 1] ?? "")) {
    return undefined;
  }
  return { value: Number(word), end: start + 1 };
}

/** "hundred AND ONE", "thousand NINETY". */
function addRest(read: ReadNumber, words: readonly string[]): ReadNumber {
  const restStart = words[read.end] === "and" ? read.end + 1 : read.end;
  const rest = readSmall(words, restStart);
  if (rest === undefined) return read;
  return { value: read.value + rest.value, end: rest.end };
}
