import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cell } from "../../../src/import/table.js";
import { chance, importTable } from "../tables.js";

const spotifyId = (row: number): string => `5H4bQ14RjOVM4eKtaIp${String(row).padStart(3, "0")}`;
const trackId = (row: number): string => `TRAAAAA128F${String(1_000_000 + row)}`;
const songId = (row: number): string => `SOAAAAA12AB${String(1_000_000 + row)}`;
const share = (row: number, salt: number): string => chance(row, salt).toFixed(3);

/** Cells that fit what a column is meant to be. */
const kinds: Readonly<Record<string, (row: number) => Cell>> = {
  title: (row) => `Song ${row} of them`,
  artist: (row) => `Band ${row % 11}`,
  list: (row) => `['Band ${row % 11}', "O'Neil"]`,
  id: spotifyId,
  track: trackId,
  song: songId,
  year: (row) => String(1960 + (row % 60)),
  date: (row) => `${1960 + (row % 60)}-0${1 + (row % 9)}-11`,
  ms: (row) => String(150_000 + row * 777),
  s: (row) => String(150.5 + row),
  pop: (row) => String(Math.floor(chance(row, 3) * 100)),
  hot: (row) => share(row, 4),
  tempo: (row) => (70 + chance(row, 5) * 100).toFixed(3),
  dB: (row) => (-2.5 - chance(row, 6) * 20).toFixed(2),
  share: (row) => share(row, 7),
  percent: (row) => String(Math.floor(chance(row, 8) * 101)),
  bit: (row) => String(row % 2),
  meter: (row) => String(3 + (row % 2)),
  number: (row) => (chance(row, 10) * 500 - 200).toFixed(4),
  text: (row) => `something ${row}`,
  count: (row) => String(row * 13),
};

/** A header as real files have it: each column's name, the kind of its cells, and what it must be. */
type Header = readonly (readonly [column: string, kind: string, field: string])[];

async function check(header: Header): Promise<void> {
  const { column } = await importTable({
    columns: header.map(([name]) => name),
    rows: Array.from({ length: 120 }, (_, row) => header.map(([, kind]) => kinds[kind]?.(row))),
  });
  for (const [name, , field] of header) {
    const shown = name === "" ? "column 1" : name;
    const { taken_as, left_out } = column(shown) ?? {};
    assert.equal(taken_as ?? "-", field, `${shown}: ${left_out}`);
  }
}

const featureColumns = (kind: string, wrap: (name: string) => string): Header =>
  [
    "danceability",
    "energy",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
  ].map((name) => [wrap(name), kind, name] as const);

const headers: Readonly<Record<string, Header>> = {
  "the seven classic columns": [
    ["artist_name", "artist", "artist"],
    ["title", "title", "title"],
    ["year", "year", "year"],
    ["tempo", "tempo", "tempo"],
    ["energy", "share", "energy"],
    ["danceability", "share", "danceability"],
    ["loudness", "dB", "loudness"],
  ],
  "a Spotify export": [
    ["", "count", "-"],
    ["track_id", "id", "id"],
    ["artists", "list", "artist"],
    ["album_name", "text", "-"],
    ["track_name", "title", "title"],
    ["popularity", "pop", "popularity"],
    ["duration_ms", "ms", "duration"],
    ["explicit", "bit", "-"],
    ...featureColumns("share", (name) => name),
    ["key", "count", "-"],
    ["loudness", "dB", "loudness"],
    ["mode", "bit", "mode"],
    ["tempo", "tempo", "tempo"],
    ["time_signature", "meter", "time_signature"],
    ["track_genre", "text", "-"],
  ],
  "the most streamed songs, in percent": [
    ["track_name", "title", "title"],
    ["artist(s)_name", "artist", "artist"],
    ["artist_count", "bit", "-"],
    ["released_year", "year", "year"],
    ["released_month", "bit", "-"],
    ["in_spotify_playlists", "count", "-"],
    ["streams", "count", "-"],
    ["bpm", "tempo", "tempo"],
    ["key", "text", "-"],
    ...featureColumns("percent", (name) => `${name}_%`),
  ],
  "names mangled by R": [
    ["X", "count", "-"],
    ["Track.Name", "title", "title"],
    ["Artist.Name", "artist", "artist"],
    ["Genre", "text", "-"],
    ["Beats.Per.Minute", "tempo", "tempo"],
    ["Loudness..dB..", "dB", "loudness"],
    ["Valence.", "percent", "valence"],
    ["Length.", "s", "duration"],
    ["Acousticness..", "percent", "acousticness"],
    ["Speechiness.", "percent", "speechiness"],
  ],
  "short names": [
    ["title", "title", "title"],
    ["artist", "artist", "artist"],
    ["top genre", "text", "-"],
    ["year", "year", "year"],
    ["bpm", "tempo", "tempo"],
    ["nrgy", "percent", "energy"],
    ["dnce", "percent", "danceability"],
    ["dB", "dB", "loudness"],
    ["live", "percent", "liveness"],
    ["val", "percent", "valence"],
    ["dur", "s", "duration"],
    ["acous", "percent", "acousticness"],
    ["spch", "percent", "speechiness"],
    ["pop", "pop", "popularity"],
  ],
  "a playlist export": [
    ["Track URI", "id", "id"],
    ["Track Name", "title", "title"],
    ["Artist URI(s)", "text", "-"],
    ["Artist Name(s)", "artist", "artist"],
    ["Album Name", "text", "-"],
    ["Album Release Date", "date", "year"],
    ["Track Duration (ms)", "ms", "duration"],
    ["Popularity", "pop", "popularity"],
    ["Added At", "date", "-"],
    ["Time Signature", "meter", "time_signature"],
    ["Tempo", "tempo", "tempo"],
  ],
  "Million Song fields with dots": [
    ["artist.hotttnesss", "hot", "-"],
    ["artist.id", "text", "-"],
    ["artist.name", "artist", "artist"],
    ["artist.latitude", "number", "-"],
    ["song.hotttnesss", "hot", "popularity"],
    ["song.id", "song", "id"],
    ["song.title", "title", "title"],
    ["song.tempo", "tempo", "tempo"],
    ["song.loudness", "dB", "loudness"],
    ["song.mode_confidence", "share", "-"],
    ["release.name", "text", "-"],
    ["familiarity", "share", "-"],
  ],
  "camel case and timbre": [
    ["trackId", "track", "id"],
    ["songId", "song", "-"],
    ["artistName", "artist", "artist"],
    ["songTitle", "title", "title"],
    ["timbreAvg1", "number", "avg_timbre1"],
    ["avg_timbre_2", "number", "avg_timbre2"],
    ["VarTimbre12", "number", "var_timbre12"],
    ["mfcc1_mean", "number", "mfcc1_mean"],
    ["spectral_centroid_mean", "number", "spectral_centroid_mean"],
    ["Bassiness", "number", "-"],
  ],
  "nested documents": [
    ["track.name", "title", "title"],
    ["track.artists", "list", "artist"],
    ["track.album.name", "text", "-"],
    ["audio_features.tempo", "tempo", "tempo"],
    ["audio_features.energy", "share", "energy"],
    ["track.popularity", "pop", "popularity"],
  ],
  "a file with the title of a video beside the song's": [
    ["Artist", "artist", "artist"],
    ["Url_spotify", "text", "-"],
    ["Track", "title", "title"],
    ["Album_type", "text", "-"],
    ["Tempo", "tempo", "tempo"],
    ["Title", "text", "-"],
    ["Views", "count", "-"],
    ["Stream", "count", "-"],
  ],
  German: [
    ["Titel", "title", "title"],
    ["Künstler", "artist", "artist"],
    ["Erscheinungsjahr", "year", "year"],
    ["Tempo", "tempo", "tempo"],
    ["Energie", "share", "energy"],
    ["Tanzbarkeit", "share", "danceability"],
    ["Lautstärke", "dB", "loudness"],
  ],
  French: [
    ["Titre", "title", "title"],
    ["Interprète", "artist", "artist"],
    ["Année", "year", "year"],
    ["Tempo (BPM)", "tempo", "tempo"],
    ["Énergie", "share", "energy"],
    ["Dansabilité", "share", "danceability"],
    ["Volume sonore", "dB", "loudness"],
  ],
  Spanish: [
    ["Canción", "title", "title"],
    ["Artista", "artist", "artist"],
    ["Año", "year", "year"],
    ["Ritmo", "tempo", "tempo"],
    ["Energía", "share", "energy"],
    ["Bailabilidad", "share", "danceability"],
    ["Volumen", "dB", "loudness"],
  ],
};

for (const [what, header] of Object.entries(headers)) {
  test(`The columns of ${what} are recognised`, async () => {
    await check(header);
  });
}

test("A column that holds something else than its name says gives way to the next", async () => {
  await check([
    ["track", "count", "-"],
    ["title", "title", "title"],
    ["artist", "id", "-"],
    ["performer", "artist", "artist"],
    ["id", "text", "-"],
    ["uri", "id", "id"],
    ["tempo", "text", "-"],
    ["bpm", "tempo", "tempo"],
    ["year", "text", "-"],
    ["release_date", "date", "year"],
  ]);
});

test("What is left out is called what it is: keys of music, years without their century", async () => {
  const { column } = await importTable({
    columns: ["title", "Sänger", "tempo", "audio_features.key", "album_id", "Jahr"],
    rows: Array.from({ length: 30 }, (_, row) => [`S${row}`, "A", `${90 + row}`, "7", "x", "87"]),
  });
  assert.equal(column("Sänger")?.taken_as, "artist");
  assert.match(column("audio_features.key")?.left_out ?? "", /^a key goes round/u);
  assert.equal(column("album_id")?.left_out, "an id of something else");
  assert.match(column("Jahr")?.left_out ?? "", /holds no years/u);
  assert.equal(column("Jahr")?.warning, true);
});

test("Several artists are joined, so that the first is the one by which songs are found", async () => {
  const { songs } = await importTable({
    columns: ["name", "artists", "tempo"],
    rows: [
      ["Duet", "['Ann', \"Bo's\"]", "100"],
      ["Solo", "['Cy']", "110"],
    ],
  });
  assert.deepEqual(
    songs.map(({ artist }) => artist),
    ["Ann; Bo's", "Cy"],
  );
});
