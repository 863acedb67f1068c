const numberPattern = /^[-+−]?(?:\d[\d.,'’\u00a0\u202f]*|[.,]\d+)(?:[eE][-+−]?\d+)?\s?%?$/u;
const unknownWords = new Set(["", "-", "--", "?", "nan", "na", "n/a", "null", "none", "\\n"]);

/** Whether a cell holds nothing, or one of the words that stand for nothing. */
export function isUnknown(cell: string): boolean {
  return cell.length < 5 && unknownWords.has(cell.trim().toLowerCase());
}

/** Whether a cell is written like a number, whatever its separators mean. */
export function isNumberLike(cell: string): boolean {
  return numberPattern.test(cell.trim());
}

/** A quick look at the first character: "no" is certain, "yes" is not. For every row of a million. */
export function mayBeNumber(cell: string): boolean {
  if (cell === "") return true;
  const code = cell.charCodeAt(0);
  // Digits and + , - . / before them; n and N begin the words for nothing.
  return (
    (code >= 0x2b && code <= 0x39) ||
    code === 0x6e ||
    code === 0x4e ||
    code === 0x2212 ||
    isUnknown(cell) ||
    isNumberLike(cell)
  );
}
