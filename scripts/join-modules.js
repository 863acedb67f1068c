// Writes each library below as one file into dist/node_modules, where Node looks for a library
// before it looks into node_modules. To find, read and compile some 400 small files was half of every
// start (docs/decisions/2026-11-23-quick-start.md). An accelerator, no more: without it the program
// runs as well, only later. Not for libraries with native parts, or with files beside themselves.
// Then the modules of the program itself, as few files in dist/src/joined that main.js begins with:
// tsc writes a main.js that does without.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const libraries = [
  "aedes",
  "convict",
  "mqtt",
  "mqtt-packet",
  "pino",
  "pino-pretty",
  "string-width",
  "ws",
  "yaml",
  "zod",
];

/** Those under earshot/client: a page's own bundler gets a build of each without Node's modules. */
const browserLibraries = ["mqtt", "zod"];

const root = fileURLToPath(new URL("..", import.meta.url));
const target = `${root}dist/node_modules`;
const program = `${root}dist/src/main.js`;
const joined = `${root}dist/src/joined`;

/** For each library a module that exports what Node sees when it imports it, CommonJS or not. */
const libraryEntries = {
  name: "library-entries",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^entry:/ }, ({ path }) => ({
      path: path.replace("entry:", ""),
      namespace: "entry",
    }));
    onResolve({ filter: /^page:/ }, ({ path }) => ({
      path: path.replace("page:", ""),
      namespace: "page",
    }));
    onLoad({ filter: /.*/, namespace: "page" }, ({ path: name }) => ({
      contents: `export * from "${name}"; export { default } from "${name}";`,
      resolveDir: root,
    }));
    onLoad({ filter: /.*/, namespace: "entry" }, async ({ path: name }) => {
      const exported = Object.keys(await import(name)).filter((key) => /^[\w$]+$/u.test(key));
      return {
        contents: `export { ${exported.join(", ")} } from ${JSON.stringify(name)};`,
        resolveDir: root,
      };
    });
  },
};

/** zod loads its messages in 60 languages, three quarters of its time; it speaks English here. */
const englishOnly = {
  name: "english-only",
  setup({ onLoad }) {
    onLoad({ filter: /zod.v4.locales.index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/**
 * mqtt-packet and others describe every step to `debug`, which nobody listens to: a twentieth of the
 * time of a message, and garbage for each. The node has a log of its own.
 */
const withoutDebug = {
  name: "without-debug",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules.debug.src.index\.js$/ }, () => ({
      contents: `
        const debug = () => {};
        debug.enabled = false;
        debug.extend = () => debug;
        module.exports = () => debug;`,
    }));
  },
};

/** In a joined module `import.meta.url` stays what it is in its own file. */
const ownAddress = {
  name: "own-address",
  setup({ onLoad }) {
    onLoad({ filter: /dist.src.*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll(
        "import.meta.url",
        `new URL(${JSON.stringify(relative(joined, path))}, import.meta.url).href`,
      ),
    }));
  },
};

rmSync(target, { recursive: true, force: true });
try {
  await bundle();
  for (const name of libraries) writeManifest(name);
  await joinProgram();
} catch (error) {
  // Such as: esbuild has no binary for this machine.
  rmSync(target, { recursive: true, force: true });
  console.warn(`Nothing is joined, so each start takes longer: ${error.message}`);
}

async function bundle() {
  const shared = {
    outdir: target,
    bundle: true,
    // Not minified: a stack trace has to lead to a line that a person can read.
    format: "esm",
    plugins: [libraryEntries, englishOnly],
    logLevel: "error",
  };
  await build({
    ...shared,
    entryPoints: browserLibraries.map((name) => ({ in: `page:${name}`, out: `${name}/browser` })),
    platform: "browser",
    target: "es2022",
  });
  await build({
    ...shared,
    entryPoints: libraries.map((name) => ({ in: `entry:${name}`, out: `${name}/index` })),
    plugins: [...shared.plugins, withoutDebug],
    // What two libraries have in common, such as mqtt-packet, is there once.
    splitting: true,
    chunkNames: ".shared/[hash]",
    platform: "node",
    target: "node20",
    // The CommonJS in there asks for Node's own modules by `require`.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
}

/** A trace names the modules as they were written: it is read through the map beside each file. */
async function joinProgram() {
  const written = readFileSync(program, "utf8");
  const start = 'process.setSourceMapsEnabled(true);\nawait import("./joined/main.js");\n';
  // Only what tsc has written can be joined, and it has not written it again since.
  if (written.endsWith(start)) return;
  const [shebang] = written.split("\n");
  rmSync(joined, { recursive: true, force: true });
  await build({
    entryPoints: [program],
    outdir: joined,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    sourcemap: "linked",
    sourcesContent: false,
    plugins: [ownAddress],
    logLevel: "error",
  });
  writeFileSync(program, `${shebang}\n${start}`);
}

function writeManifest(name) {
  const installed = readFileSync(`${root}node_modules/${name}/package.json`, "utf8");
  const { version, license } = JSON.parse(installed);
  const isForBrowsers = browserLibraries.includes(name);
  const exports = { ...(isForBrowsers && { browser: "./browser.js" }), default: "./index.js" };
  const manifest = { name, version, license, type: "module", exports };
  writeFileSync(`${target}/${name}/package.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
}
