/**
 * The controls that keep a card from recording, out of `amixer scontents` in the C locale: a
 * capture switch that is off on every channel, or a capture volume of 0 %.
 */
export function findMutedControls(output: string): readonly string[] {
  return output.split(/^(?=Simple mixer control )/mu).flatMap((control) => {
    const name = /^Simple mixer control '(.*)',\d+/u.exec(control)?.[1];
    const channels = [...control.matchAll(/: .*?\bCapture (.*)$/gmu)]
      .map((match) => match[1] ?? "")
      .filter((values) => values.includes("["));
    if (name === undefined || channels.length === 0) return [];
    return channels.every((values) => /\[off\]|\[0%\]/u.test(values)) ? name : [];
  });
}
