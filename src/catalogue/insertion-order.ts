/** Each dimension is cut into 32 cells; the sort key is a double, which holds 53 bits. */
const bitsPerDimension = 5;
const mostKeyBits = 50;
/** Every so many-th row comes first, in its own order. */
const scaffoldShare = 16;

/**
 * The order in which vectors are added to the graph: first a sample that spans the whole space,
 * then the rest along a Morton curve, so that vectors that are near are added one after the other.
 *
 * The graph is the same kind of graph either way; but its points then lie in memory near those that
 * they are compared with. Adding takes half the time, and a search is quicker too (see
 * docs/decisions). Without the sample a few more searches go astray.
 *
 * @param vectors one after the other, `dimensions` values each
 * @param rows the rows to be added
 */
export function orderForInsertion(
  vectors: Float32Array,
  dimensions: number,
  rows: Int32Array,
): Int32Array {
  const keys = mortonKeys(vectors, dimensions, rows);
  const isScaffold = (place: number): boolean => place % scaffoldShare === 0;
  const places = Int32Array.from(rows, (_, place) => place);
  const order = new Int32Array(rows.length);
  let end = 0;
  for (const place of places.filter(isScaffold)) order[end++] = rows[place] ?? 0;
  const alongTheCurve = places
    .filter((place) => !isScaffold(place))
    .sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  for (const place of alongTheCurve) order[end++] = rows[place] ?? 0;
  return order;
}

/** The bits of all (or the first) dimensions of each row, interleaved: its place on the curve. */
function mortonKeys(vectors: Float32Array, dimensions: number, rows: Int32Array): Float64Array {
  const used = Math.min(dimensions, mostKeyBits / bitsPerDimension);
  const { least, steps } = measureRanges(vectors, dimensions, used);
  const cells = new Uint8Array(used);
  return Float64Array.from(rows, (row) => {
    for (let i = 0; i < used; i += 1) {
      cells[i] = ((vectors[row * dimensions + i] ?? 0) - (least[i] ?? 0)) * (steps[i] ?? 0);
    }
    let key = 0;
    for (let bit = bitsPerDimension - 1; bit >= 0; bit -= 1) {
      for (const cell of cells) key = key * 2 + ((cell >> bit) & 1);
    }
    return key;
  });
}

function measureRanges(vectors: Float32Array, dimensions: number, used: number) {
  const least = new Float32Array(used).fill(Infinity);
  const most = new Float32Array(used).fill(-Infinity);
  for (let start = 0; start < vectors.length; start += dimensions) {
    for (let i = 0; i < used; i += 1) {
      const value = vectors[start + i] ?? 0;
      if (value < (least[i] ?? 0)) least[i] = value;
      if (value > (most[i] ?? 0)) most[i] = value;
    }
  }
  const cellsPerRange = 2 ** bitsPerDimension - 0.01;
  const steps = most.map((value, i) => cellsPerRange / Math.max(value - (least[i] ?? 0), 1e-30));
  return { least, steps };
}
