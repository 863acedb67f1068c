import { createEmbedding, fitFeature, type ScaledFeature } from "../../src/sound/embedding.js";
import { type GenreSongs, readGenreExcerpt, readTopHits } from "./genre-files.js";
import { reportFigure } from "../figure.js";
import { shareOfGenre, type Vectors } from "./genre-share.js";

// How good are the neighbours? The share of the 10 nearest songs of other artists that carry the
// seed's genre, for each way to scale, to place tempo and to measure distance.

const classic = ["tempo", "energy", "danceability", "loudness"];

type Way = (songs: GenreSongs, names: readonly string[]) => Vectors;

const ways: Readonly<Record<string, Way>> = {
  "raw features": (songs, names) => linear(songs, names, () => ({ centre: 0, spread: 1 })),
  "plain standard deviation": (songs, names) => linear(songs, names, plainScale),
  "robust, tempo linear": (songs, names) => linear(songs, names, robustScale),
  "robust, tempo circle alone": embedded({ lineShare: 0 }),
  "robust, circle and line 0.25 (chosen)": embedded({}),
  "robust, circle and line 0.5": embedded({ lineShare: 0.5 }),
  "chosen, tempo × 0.5": embedded({ tempoWeight: 0.5 }),
  "chosen, tempo × 2": embedded({ tempoWeight: 2 }),
  "chosen, cosine": (songs, names) => normalised(embedded({})(songs, names)),
};

interface Scale {
  readonly centre: number;
  readonly spread: number;
}

function linear(
  { columns }: GenreSongs,
  names: readonly string[],
  scaleOf: (values: Float32Array) => Scale,
): Vectors {
  const scaled = names.map((name) => {
    const values = columns.get(name) ?? new Float32Array(0);
    const { centre, spread } = scaleOf(values);
    return values.map((value) => (Number.isNaN(value) ? 0 : (value - centre) / spread));
  });
  return (row) => scaled.map((values) => values[row] ?? 0);
}

function plainScale(values: Float32Array): Scale {
  const known = values.filter((value) => !Number.isNaN(value));
  const centre = known.reduce((sum, value) => sum + value, 0) / known.length;
  const squares = known.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return { centre, spread: Math.sqrt(squares / known.length) };
}

function robustScale(values: Float32Array): Scale {
  const fit = fitFeature("linear", values);
  return fit.kind === "scaled" ? fit.scale : { centre: 0, spread: 1 };
}

function embedded(options: { lineShare?: number; tempoWeight?: number }): Way {
  return ({ columns }, names) => {
    const features = names.flatMap((name): ScaledFeature[] => {
      const fit = fitFeature(name, columns.get(name) ?? new Float32Array(0));
      if (fit.kind === "dropped") return [];
      const weight = name === "tempo" ? (options.tempoWeight ?? 1) : 1;
      return [{ name, ...fit.scale, weight }];
    });
    const embedding = createEmbedding(features, options.lineShare);
    return (row) => {
      const vector: number[] = [];
      const values = features.map(({ name }) => columns.get(name)?.[row] ?? Number.NaN);
      embedding.embed(values, 0, vector);
      return vector;
    };
  };
}

function normalised(vectors: Vectors): Vectors {
  return (row) => {
    const vector = vectors(row);
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  };
}

/** How wrong the two scales become when one value in 50 is 20 times too large. */
function reportOutliers(songs: GenreSongs): void {
  const clean = songs.columns.get("energy") ?? new Float32Array(0);
  const dirty = clean.map((value, row) => (row % 50 === 0 ? value * 20 : value));
  for (const [way, scaleOf] of [
    ["plain standard deviation", plainScale],
    ["robust", robustScale],
  ] as const) {
    const value = scaleOf(dirty).spread / scaleOf(clean).spread;
    reportFigure("quality", "spread with 2 % outliers", { value, unit: "×", way });
  }
}

const topHits = readTopHits();
const excerpt = readGenreExcerpt();
const files = [
  { file: "top hits, classic", songs: topHits, names: classic },
  { file: "top hits, all", songs: topHits, names: [...(topHits?.columns.keys() ?? [])] },
  { file: "two genres, tempo and loudness", songs: excerpt, names: ["tempo", "loudness"] },
  { file: "two genres, all", songs: excerpt, names: [...(excerpt?.columns.keys() ?? [])] },
];
for (const { file, songs, names } of files) {
  if (songs === undefined) continue;
  for (const [way, vectorsOf] of Object.entries(ways)) {
    const value = shareOfGenre(songs, vectorsOf(songs, names));
    reportFigure("quality", "genre share of 10 nearest", { value, unit: "share", file, way });
  }
}
if (topHits !== undefined) reportOutliers(topHits);
