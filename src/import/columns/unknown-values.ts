const unknownNumber =
  /^(?:|nan|-nan|na|n\.?a\.?|n\/a|#n\/a|#na|null|\\n|none|nil|unknown|undefined|missing|unbekannt|inconnu|desconocido|[-–—]+|\?+|\.+|[-+]?inf(?:inity)?|#(?:value|ref|div\/0|name|num)[!?]?)$/iu;
const unknownText = /^(?:|nan|NaN|null|NULL|\\N|#N\/A)$/u;

/** Whether a trimmed text where a number is expected says that the number is unknown. */
export function isUnknownNumber(text: string): boolean {
  return unknownNumber.test(text);
}

const longestWord = 4;

/** The same for a title or a name, which may well be "None", "?" or "-": only what programs write. */
export function isUnknownText(text: string): boolean {
  return text.length <= longestWord && unknownText.test(text);
}
