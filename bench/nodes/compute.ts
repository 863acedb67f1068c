// A program of its own that only computes: each message from its parent is answered, a second later,
// with how much it did.
const words = new Int32Array(1 << 20);
const steps = 100_000;

/** Arithmetic on memory that no cache of a core holds, for a second. */
function compute(): number {
  const endMs = performance.now() + 1000;
  let done = 0;
  let value = 1;
  while (performance.now() < endMs) {
    for (let step = 0; step < steps; step += 1) {
      value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
      words[value >>> 12] = value;
    }
    done += steps;
  }
  return done;
}

process.on("message", () => {
  process.send?.(compute());
});
