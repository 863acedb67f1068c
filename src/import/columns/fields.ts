import { knownFeatures } from "../../sound/features.js";

/** What a column can be beside a feature of the sound. */
export const songFields = ["title", "artist", "id", "year", "duration", "popularity"] as const;
export type SongField = (typeof songFields)[number];

/** Whether a field is one of the song's own, not a feature. */
export function isSongField(field: string): field is SongField {
  return songFields.some((one) => one === field);
}

const list = (text: string): readonly string[] => text.split(" ");

/**
 * The names by which each field of a song is recognised, in the spelling of `foldHeader`. Where a
 * file has several, the first in this order is taken: a column `track_name` is surer to be the
 * title than `name`.
 */
export const songFieldNames: Readonly<Record<SongField, readonly string[]>> = {
  title: list(
    "track_title song_title track_name song_name master_metadata_track_name songtitel liedtitel song track " +
      "title titel titre titulo titolo lied chanson morceau cancion tema brano canzone titre_chanson " +
      "titre_de_la_chanson nombre_de_la_cancion titulo_de_la_cancion name",
  ),
  artist: list(
    "artist_name artist_names artists_name artists_names track_artist track_artists song_artist artist artists " +
      "performer performers interpret interpreten kunstler kuenstler kunstlername interprete interpretes " +
      "artiste artistes nom_de_l_artiste artista artistas nombre_del_artista singer sanger saenger band cantante chanteur " +
      "groupe grupo gruppe main_artist primary_artist master_metadata_album_artist_name",
  ),
  id: list(
    "track_id id song_id spotify_id spotify_track_id track_uri spotify_uri uri spotify_track_uri msd_track_id " +
      "recording_mbid recording_id musicbrainz_recording_id musicbrainz_track_id mbid msd_song_id isrc",
  ),
  year: list(
    "year release_year released_year song_year track_year original_year jahr erscheinungsjahr annee " +
      "annee_de_sortie ano anno release_date released date_released release_dates date track_album_release_date " +
      "album_release_date veroffentlichung veroffentlichungsdatum erscheinungsdatum date_de_sortie fecha " +
      "fecha_de_lanzamiento ano_de_lanzamiento data_di_uscita first_release_date album_year",
  ),
  duration: list(
    "duration length track_duration song_duration track_length song_length playtime runtime dauer lange " +
      "spieldauer duree duracion durata dur time",
  ),
  popularity: list(
    "popularity song_popularity track_popularity song_hotttnesss hotttnesss hotness pop beliebtheit popularitat " +
      "popularite popularidad popolarita",
  ),
};

/** The names by which the features of the sound are recognised, beside the feature's own name. */
export const featureNames: Readonly<Record<string, readonly string[]>> = {
  tempo: list("tempo bpm beats_per_minute beats_per_min rhythm_bpm ritmo pulsaciones_por_minuto"),
  energy: list("energy nrgy energie energia energielevel"),
  danceability: list(
    "danceability dnce dance danceable tanzbarkeit dansabilite bailabilidad ballabilita danzabilita",
  ),
  loudness: list(
    "loudness db overall_loudness lautstarke lautheit volume_sonore niveau_sonore intensite_sonore sonorite " +
      "volumen sonoridad volume",
  ),
  valence: list("valence val audio_valence valenz valencia valenza positivity"),
  acousticness: list(
    "acousticness acous acoustic akustik akustizitat acoustique acoustico acustica acusticidad acousticidad",
  ),
  instrumentalness: list(
    "instrumentalness instrumental instrumentalitat instrumentalite instrumentalidad",
  ),
  speechiness: list("speechiness spch speech sprachanteil sprechanteil parole habla"),
  liveness: list("liveness live"),
  mode: list("mode audio_mode tongeschlecht"),
  time_signature: list("time_signature timesignature signature meter taktart"),
  average_loudness: list("average_loudness lowlevel_average_loudness"),
  loudness_ebu128: list("lufs lkfs integrated_loudness loudness_integrated"),
};

/** Timbre of the Million Song Dataset in the ways in which people name it. */
const timbreMean =
  /^(?:avg|mean)_?timbre_?(\d{1,2})$|^(?:segments_)?timbre_?(?:avg|mean)_?(\d{1,2})$/u;
const timbreVariance =
  /^var(?:iance)?_?timbre_?(\d{1,2})$|^(?:segments_)?timbre_?var(?:iance)?_?(\d{1,2})$/u;

/** Measures of the sound that analysis programs write (librosa, Essentia, The Echo Nest). */
const measures =
  /^(?:mfcc|gfcc|chroma|spectral|rms|rmse|zcr|zero_crossing|tonnetz|rolloff|onset|beats_loudness|dissonance|dynamic_complexity|hfc|pitch_salience|barkbands|erbbands|melbands|hpcp|chords_changes|chords_number|chords_strength|tuning|flux|brightness|roughness|flatness|crest|timbre|segments_timbre|segments_pitches|mood|arousal|dominance|harmony|percussive|perceptr|beat_strength|low_energy|lowlevel|highlevel|rhythm)(?=_|\d|$)/u;

const byName: ReadonlyMap<string, string> = new Map([
  ...knownFeatures.map(({ name }) => [name, name] as const),
  ...Object.entries(featureNames).flatMap(([field, names]) =>
    names.map((name) => [name, field] as const),
  ),
]);

/** The feature of the sound that a folded name means; `undefined` when it means none. */
export function featureNamed(key: string): string | undefined {
  const known = byName.get(key);
  if (known !== undefined) return known;
  const mean = timbreMean.exec(key);
  if (mean !== null) return `avg_timbre${mean[1] ?? mean[2]}`;
  const variance = timbreVariance.exec(key);
  if (variance !== null) return `var_timbre${variance[1] ?? variance[2]}`;
  return measures.test(key) && whyIgnored(key) === undefined ? key : undefined;
}

/** Columns that say nothing about how a song sounds, or nothing that a distance could use. */
const ignored: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:unnamed\d*|index|no|nr|number|rank|row|position|song_number|track_number|disc_number|x|#)$/u,
    "a row number",
  ],
  [/confidence/u, "the confidence of another column"],
  [/(?:^|_)(?:lat|latitude|lon|lng|longitude|location|city|country)$/u, "a place, not a sound"],
  [
    /genre|playlist|(?:^|_)(?:tags?|terms?|style)(?:_|$)/u,
    "songs are compared by sound, not by genre",
  ],
  [
    /^(?:key|key_signature|camelot|key_key|key_scale|tonality|tonart)$/u,
    "a key goes round in a circle; it says little about likeness",
  ],
  [/explicit/u, "about the words, not the sound"],
  [
    /(?:^|_)(?:url|urls|uri|uris|href|link|links|image|images|preview|track_href|analysis_url|md5)$/u,
    "an address",
  ],
  [
    /(?:^|_)(?:id|ids|mbid|gid|code|key|7digitalid|playmeid|isrc|upc|barcode)$|^ids?_/u,
    "an id of something else",
  ],
  [
    /^(?:album|release|albumname|album_name|release_name|record_label|label|alben)(?:_|$)/u,
    "the album is not used",
  ],
  [
    /count|^num_|streams?$|^streams?_|views|likes|comments|plays|followers|charts?(?:_|$)|^in_|listeners|markets/u,
    "a count, not a sound",
  ],
  [/^artist_(?:hotttnesss|familiarity|popularity)|familiarity/u, "about the artist, not the song"],
  [/^(?:artist|singer|performer)_/u, "about the artist, not the song"],
  [
    /(?:fade|sample_rate|bit_rate|bitrate|channels|codec|file|path|added_|released_month|released_day|month|day)/u,
    "says nothing about the sound",
  ],
  [
    /^(?:type|album_type|track_number|disc_number|lyrics|text|description|licensed|official_video|channel)$/u,
    "says nothing about the sound",
  ],
];

/** Why a column of that folded name is left out without looking at it. */
export function whyIgnored(key: string): string | undefined {
  return ignored.find(([pattern]) => pattern.test(key))?.[1];
}
