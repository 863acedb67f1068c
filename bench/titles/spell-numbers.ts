const small =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** Writes numbers up to 9999 in words, as they are spoken; 1999 as a year. */
export function spellNumbers(text: string): string {
  return text.replaceAll(/(?<![\p{L}\d.,_#:])\d{1,4}(?![\p{L}\d.,_:])/gu, (digits) =>
    spell(Number(digits), digits),
  );
}

function spell(value: number, digits: string): string {
  if (digits.length > 1 && digits.startsWith("0")) return digits;
  if (value < 20) return small[value] ?? digits;
  if (value < 100) {
    const unit = value % 10 === 0 ? "" : ` ${small[value % 10]}`;
    return `${tens[Math.floor(value / 10)]}${unit}`;
  }
  if (value % 1000 === 0) return `${spell(value / 1000, "")} thousand`;
  if (value < 1000) {
    const rest = value % 100 === 0 ? "" : ` and ${spell(value % 100, "")}`;
    return `${small[Math.floor(value / 100)]} hundred${rest}`;
  }
  return value % 100 < 10
    ? digits
    : `${spell(Math.floor(value / 100), "")} ${spell(value % 100, "")}`;
}
