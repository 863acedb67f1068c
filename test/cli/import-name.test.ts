import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogueName } from "../../src/catalogue/manifest.js";
import { defaultCatalogueName } from "../../src/cli/import-name.js";

test("A catalogue is named after its first file, as far as a name may be so called", () => {
  const names: readonly (readonly [string, string])[] = [
    ["/home/pi/Top Hits (2019).csv", "top_hits_2019"],
    ["songs.csv.gz", "songs"],
    ["https://example.org/data/MSD%20Summary.h5?download=1#sha256=00", "msd_20summary"],
    ["Müsik für Åll.TXT", "musik_fur_all"],
    ["./acousticbrainz/", "acousticbrainz"],
    ["音楽.csv", "songs"],
    ["starter.csv", "starter_songs"],
    ["v1.2.csv", "v1_2"],
    [`${"x".repeat(90)}.csv`, "x".repeat(64)],
  ];
  for (const [location, name] of names) {
    assert.equal(defaultCatalogueName(location), name);
    assert.match(name, catalogueName);
  }
});
