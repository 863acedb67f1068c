import { type Feature, featureOf } from "../sound/features.js";

/** The features of all songs while a catalogue is being built, one growing column per name. */
export interface FeatureColumns {
  readonly names: readonly string[];
  /** Adds the next song; values outside the feature's range are unknown. */
  add(features: Readonly<Record<string, number>>): void;
  /** Whether the song at `row` has exactly these values. */
  isSame(row: number, features: Readonly<Record<string, number>>): boolean;
  /**
   * Whether two measurements of one recording could differ as much as the song at `row` and these
   * values do; a value that only one of them knows tells them apart.
   */
  isNear(row: number, features: Readonly<Record<string, number>>): boolean;
  /** One value per song, NaN where it is unknown. */
  column(name: string): Float32Array;
}

interface GrowingColumn {
  readonly feature: Feature;
  values: Float32Array;
}

const firstCapacity = 1024;

/** Creates columns without songs; a feature that first shows up late is unknown for all before. */
export function createFeatureColumns(): FeatureColumns {
  const columns = new Map<string, GrowingColumn>();
  let count = 0;
  return {
    get names() {
      return [...columns.keys()];
    },
    add(features) {
      for (const [name, value] of Object.entries(features)) {
        const column = columns.get(name) ?? emptyColumn(name);
        columns.set(name, column);
        if (count >= column.values.length) grow(column, count + 1);
        column.values[count] = plausible(column.feature, value);
      }
      count += 1;
    },
    isSame(row, features) {
      for (const [name, { feature, values }] of columns) {
        const value = Math.fround(plausible(feature, features[name]));
        if (!Object.is(values[row] ?? Number.NaN, value)) return false;
      }
      return Object.keys(features).every((name) => columns.has(name));
    },
    isNear(row, features) {
      for (const [name, { feature, values }] of columns) {
        const value = plausible(feature, features[name]);
        if (!isNearValue(feature, values[row] ?? Number.NaN, value)) return false;
      }
      return Object.keys(features).every((name) => columns.has(name));
    },
    column(name) {
      const column = columns.get(name) ?? emptyColumn(name);
      if (count > column.values.length) grow(column, count);
      return column.values.subarray(0, count);
    },
  };
}

function emptyColumn(name: string): GrowingColumn {
  return { feature: featureOf(name), values: new Float32Array(0) };
}

function grow(column: GrowingColumn, least: number): void {
  const capacity = Math.max(firstCapacity, least, column.values.length * 2);
  const larger = new Float32Array(capacity).fill(Number.NaN);
  larger.set(column.values);
  column.values = larger;
}

/** Up to these differences two values may come from the same sound, measured twice. */
const nearInUnit = 0.02;
const nearInDb = 0.5;
const nearShare = 0.01;

function isNearValue(feature: Feature, a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  const difference = Math.abs(a - b);
  if (feature.unit === "0..1") return difference <= nearInUnit;
  if (feature.unit === "dB") return difference <= nearInDb;
  return difference <= nearShare * Math.max(Math.abs(a), Math.abs(b));
}

/** Zero is kept positive, so that equal values have equal bits. */
function plausible(feature: Feature, value: number | undefined): number {
  if (value === undefined || value < feature.least || value > feature.most) return Number.NaN;
  return Number.isFinite(value) ? value + 0 : Number.NaN;
}
