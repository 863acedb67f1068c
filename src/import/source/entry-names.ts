const longestLabel = 120;

/** A name out of a foreign file, fit to be shown in one line. It is no path, whatever it says. */
export function labelOf(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "·").slice(0, longestLabel);
}

/** What lies beside song files in archives: pictures, programs, notes, texts about the data. */
const otherKinds =
  /\.(?:pdf|png|jpe?g|gif|svg|webp|html?|xml|css|js|ts|ipynb|py|r|rmd|sh|bat|md|rst|docx?|xlsx?|pptx?|mp3|m4a|ogg|flac|wav|exe|dll|so|zip|tar|7z|rar|db|sqlite|pkl|npy|npz|parquet)$/iu;
const notes = /^(?:readme|licen[cs]e|copying|changelog|notice|authors|citation)\b/iu;

/** Whether a file in an archive or a folder may hold songs, by its name. */
export function isDataName(name: string): boolean {
  if (name.endsWith("/") || /(?:^|\/)__MACOSX\//u.test(name)) return false;
  const own = name.slice(name.lastIndexOf("/") + 1);
  return !own.startsWith(".") && !otherKinds.test(own) && !notes.test(own);
}

/** Whether a file may be a document about a single song. */
export function documentKind(name: string): "json" | "hdf5" | undefined {
  if (/\.json$/iu.test(name)) return "json";
  return /\.(?:h5|hdf5)$/iu.test(name) ? "hdf5" : undefined;
}

/** Whether a file may be a table, or lines of JSON, by its name; a folder can hold anything else. */
export function isTableName(name: string): boolean {
  return /\.(?:csv|tsv|tab|psv|txt|dat|data|jsonl|ndjson)(?:\.gz)?$/iu.test(name);
}

/**
 * What the documents about one recording have in common in their names: AcousticBrainz writes
 * `lowlevel/3d/<recording>-0.json` and `highlevel/3d/<recording>-0.json`.
 */
export function recordingOf(name: string): string {
  const own = name.slice(name.lastIndexOf("/") + 1);
  const uuid = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d+)?)\b/iu.exec(own)?.[1];
  return uuid?.toLowerCase() ?? name;
}
