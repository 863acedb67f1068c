import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { test } from "node:test";
import { programRoot } from "../src/program.js";

const sourceRoot = join(programRoot, "src");

/** Every file below src/ with what it imports: packages by name, files by path below src/. */
const imports: ReadonlyMap<string, readonly string[]> = new Map(
  readdirSync(sourceRoot, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [file, importsOf(file)] as const),
);

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(sourceRoot, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/gu)].map(([, name = ""]) =>
    name.startsWith(".")
      ? relative(
          sourceRoot,
          normalize(join(sourceRoot, dirname(file), name.replace(/\.js$/u, ".ts"))),
        )
      : name,
  );
}

test("each library with traps is imported by one file only", () => {
  const adapters: Readonly<Record<string, string>> = {
    aedes: "broker/embedded.ts",
    ws: "broker/listeners/web-socket.ts",
    "mqtt-packet": "bus/connect.ts",
    "hnswlib-node": "catalogue/vector-index.ts",
    mic: "mic/recorder.ts",
    libsql: "storage/sqlite.ts",
    "bonjour-service": "mdns/bonjour.ts",
    yauzl: "import/source/zip.ts",
    h5wasm: "import/format/hdf5.ts",
    pino: "log.ts",
  };
  for (const [library, adapter] of Object.entries(adapters)) {
    const importers = [...imports].filter(([, names]) => names.includes(library));
    assert.deepEqual(
      importers.map(([file]) => file),
      [adapter],
      library,
    );
  }
});

test("mqtt.js is imported by the node's connection and by the client for programs only", () => {
  const importers = [...imports].filter(([, names]) => names.includes("mqtt"));
  assert.deepEqual(
    importers.map(([file]) => file).toSorted(),
    // client.ts and properties.ts have its types only.
    ["bus/connect.ts", "bus/properties.ts", "client/client.ts", "client/mqtt-line.ts"],
  );
});

test("features never import each other: what they exchange goes over the bus", () => {
  const features = new Set([
    "ask",
    "bridge",
    "broker",
    "catalogue",
    "home-assistant",
    "mdns",
    "mic",
    "presence",
    "recommender",
  ]);
  for (const [file, names] of imports) {
    const feature = file.split("/")[0] ?? "";
    if (!features.has(feature)) continue;
    const others = names.filter((name) => {
      const folder = name.split("/")[0] ?? "";
      return name.endsWith(".ts") && features.has(folder) && folder !== feature;
    });
    assert.deepEqual(others, [], file);
  }
});

test("pure folders import nothing that reads, writes or listens", () => {
  for (const [file, names] of imports) {
    const folder = file.split("/")[0] ?? "";
    const isPure = ["contract", "sound"].includes(folder) || file.startsWith("import/columns/");
    if (!isPure) continue;
    const impure = names.filter(
      (name) => /^node:(?!crypto)/u.test(name) || /^(?:bus|broker|storage|cli)\//u.test(name),
    );
    assert.deepEqual(impure, [], file);
  }
});

test("only main touches the process", () => {
  // arecord speaks the user's language unless its environment says otherwise.
  const exceptions = new Set(["main.ts", "mic/devices.ts", "mic/recorder.ts"]);
  for (const file of imports.keys()) {
    const text = readFileSync(join(sourceRoot, file), "utf8");
    const touches = /\bprocess\.(?:exit|on|argv|stdout|stderr|env)\b/u.test(text);
    assert.ok(!touches || exceptions.has(file), file);
  }
});

test("no test is in a suite: in a lane it would not know of it (support/untracked-resources.ts)", () => {
  const testRoot = join(programRoot, "test");
  const files = readdirSync(testRoot, { recursive: true, encoding: "utf8" });
  const inSuites = files.filter((file) => {
    if (!file.endsWith(".ts")) return false;
    const text = readFileSync(join(testRoot, file), "utf8");
    return /import \{[^}]*\b(?:suite|describe|it)\b[^}]*\} from "node:test"/u.test(text);
  });
  assert.deepEqual(inSuites, []);
});
