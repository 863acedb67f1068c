/**
 * Finds the first list of objects that is a direct property of the first object in a JSON text:
 * `{"total": 2, "items": [{…}, {…}]}`, as web interfaces answer.
 *
 * @param text JSON, possibly cut off at its end
 * @returns the number of characters up to the end of its "["; undefined when there is none
 */
export function findInnerArray(text: string): number | undefined {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') {
      index = endOfText(text, index);
    } else if (character === "{" || character === "[") {
      if (character === "[" && depth === 1 && /^\s*\{/u.test(text.slice(index + 1, index + 100))) {
        return index + 1;
      }
      depth++;
    } else if ((character === "}" || character === "]") && --depth === 0) return undefined;
  }
  return undefined;
}

/** The closing quote of the text that begins at `start`. */
function endOfText(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === '"') return index;
  }
  return text.length;
}
