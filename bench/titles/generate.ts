import { createRandom, type Random } from "./random.js";

/** A generated song. */
export interface GeneratedSong {
  readonly ordinal: number;
  readonly title: string;
  readonly artist: string;
  /** 1950 to 2024, or 0 for unknown (half of them, as in the Million Song Dataset). */
  readonly year: number;
  /** 0 to 1; absent for two songs of five. */
  readonly popularity?: number;
}

/** Share of titles with so many words (1, 2, …), as in the Million Song Dataset. */
const wordCountShares = [0.15, 0.27, 0.23, 0.15, 0.09, 0.05, 0.03, 0.03] as const;
const notes = [
  "(Album Version)",
  "(LP Version)",
  "(Live)",
  "(2009 Digital Remaster)",
  "(Remastered)",
  "(Radio Edit)",
  "[feat. %]",
  "(% Remix)",
  "(Acoustic)",
  "- Remastered 2011",
  "(Part 2)",
  "(%)",
] as const;
const functionWords =
  "the you i a to of me my in love it and on is for your no be this all we day don't night time one".split(
    " ",
  );
const onsets = "b c d f g h j k l m n p r s t v w br cr dr fl gr pl st tr sh ch th".split(" ");
const vowels = "a e i o u a e o i ai ea ou ee y".split(" ");
const codas = [..."n r l s t m d".split(" "), "", "", "", "ng", "st", "ck", "nd"];
const accented: Readonly<Record<string, string>> = { a: "á", e: "é", o: "ö", u: "ü", i: "í" };

const share = {
  functionWord: 0.28,
  notes: 0.19,
  repeatedTitle: 0.15,
  otherRelease: 0.06,
  accented: 0.03,
  unknownYear: 0.5,
  unknownPopularity: 0.4,
} as const;
/** Heaps' law: n words of titles hold about n ** 0.75 × 4 different ones. */
const wordGrowth = 0.75;
const firstWords = 300;
/** 10,000 songs have 4,400 artists, a million 44,000. */
const artistGrowth = 0.5;
const firstArtists = 2000;

/**
 * Generates songs whose titles have the statistics of real ones: few words, a Zipf-like vocabulary
 * that keeps growing, notes on releases, titles shared by artists, several releases of a song.
 *
 * The same count and seed give the same songs; a smaller count gives a beginning of a larger one.
 */
export function* generateSongs(options: {
  readonly count: number;
  readonly seed?: number;
}): Generator<GeneratedSong> {
  const random = createRandom(options.seed ?? 1);
  const words = createWordSource(random);
  const pickArtist = createArtistSource(random);
  const songs: { readonly title: string; readonly artist: string }[] = [];
  const maxRemembered = 50_000;
  for (let ordinal = 0; ordinal < options.count; ordinal += 1) {
    const known = songs[skewed(random, songs.length)];
    const kind = random.next();
    const artist = pickArtist();
    let song = { title: makeTitle(random, words), artist };
    if (known !== undefined && kind < share.otherRelease) song = known;
    else if (known !== undefined && kind < share.otherRelease + share.repeatedTitle) {
      song = { title: known.title, artist };
    }
    if (songs.length < maxRemembered) songs.push(song);
    const noted = random.next() < share.notes ? addNote(song.title, random, words) : song.title;
    const year = random.next() < share.unknownYear ? 0 : 1950 + random.below(75);
    const popularity = random.next() ** 3;
    yield {
      ordinal,
      title: noted,
      artist: song.artist,
      year,
      ...(random.next() < share.unknownPopularity ? {} : { popularity }),
    };
  }
}

function makeTitle(random: Random, words: () => string): string {
  let rest = random.next();
  let count = 1;
  for (const part of wordCountShares) {
    if (rest < part) break;
    rest -= part;
    count += 1;
  }
  const chosen: string[] = [];
  while (chosen.length < count) {
    const isLast = chosen.length === count - 1;
    const isFunctionWord = random.next() < share.functionWord && !(isLast && chosen.length === 0);
    chosen.push(
      isFunctionWord ? (functionWords[skewed(random, functionWords.length)] ?? "the") : words(),
    );
  }
  const title = chosen.map(capital).join(" ");
  return random.next() < share.accented
    ? title.replace(/[aeiou]/u, (vowel) => accented[vowel] ?? vowel)
    : title;
}

function addNote(title: string, random: Random, words: () => string): string {
  return `${title} ${random.pick(notes).replace("%", words())}`;
}

/** Words by an urn: an old one in proportion to its use, ever more seldom a new one. */
function createWordSource(random: Random): () => string {
  const used: string[] = [];
  let different = 0;
  return () => {
    const isNew =
      used.length < firstWords || random.next() < (wordGrowth * different) / used.length;
    const word = isNew ? makeWord(random) : (used[random.below(used.length)] ?? "song");
    if (isNew) different += 1;
    used.push(word);
    return word;
  };
}

function makeWord(random: Random): string {
  const syllables = 1 + random.below(3) + (random.next() < 0.2 ? 1 : 0);
  let word = "";
  for (let syllable = 0; syllable < syllables; syllable += 1) {
    word += onsets[random.below(onsets.length)] ?? "";
    word += vowels[random.below(vowels.length)] ?? "";
    word += syllable + 1 === syllables ? (codas[random.below(codas.length)] ?? "") : "";
  }
  return word;
}

/** Most artists have a few songs, few have hundreds. */
function createArtistSource(random: Random): () => string {
  const used: string[] = [];
  let different = 0;
  return () => {
    const isNew =
      used.length < firstArtists || random.next() < (artistGrowth * different) / used.length;
    const artist = isNew ? makeArtist(random) : (used[random.below(used.length)] ?? "Somebody");
    if (isNew) different += 1;
    used.push(artist);
    return artist;
  };
}

function makeArtist(random: Random): string {
  const name = capital(makeWord(random));
  const other = capital(makeWord(random));
  return random.pick([`${name} ${other}`, `The ${name}s`, name, `${name} & ${other}`]);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A position that is small more often than large. */
function skewed(random: Random, count: number): number {
  return Math.floor(count * random.next() ** 2);
}
