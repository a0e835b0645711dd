/**
 * Builds the project into `dist/`: the binary for this machine (or for `--target=linux-arm64` and
 * the like) under both its names, the library for Node and Bun with its types, and the command line
 * that the npm package carries. All three, or those that are named.
 *   bun scripts/build.ts [--target=TARGET] [--binary] [--library] [--command-line]
 */
import { $ } from "bun";
import { copyFileSync, linkSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compileBinary, STORE_WORKER, suffixOf } from "./compile.ts";

const root = join(import.meta.dir, "..");
const dist = join(root, "dist");
const words = process.argv.slice(2);
const target = words
  .find((word) => word.startsWith("--target="))
  ?.replace(/^--target=(?:bun-)?/, "");
const parts = {
  "--binary": buildBinary,
  "--library": buildLibrary,
  "--command-line": buildCommandLine,
};
const named = Object.entries(parts).filter(([name]) => words.includes(name));

mkdirSync(dist, { recursive: true });
for (const [, build] of named.length > 0 ? named : Object.entries(parts)) await build();

async function buildBinary(): Promise<void> {
  const suffix = suffixOf(target);
  const file = join(dist, `modullm${suffix}`);
  await compileBinary(file, target === undefined ? {} : { target });
  const other = join(dist, `runllm${suffix}`);
  rmSync(other, { force: true });
  try {
    linkSync(file, other);
  } catch {
    copyFileSync(file, other);
  }
}

async function buildLibrary(): Promise<void> {
  const folder = join(dist, "lib");
  await bundle(folder, {
    // The third is a program of its own: the process that JavaScript blocks run in, which finds
    // its engine in node_modules.
    entrypoints: [
      join(root, "src/index.ts"),
      join(root, "src/register.ts"),
      join(root, "src/sandbox/js/javascript-guest.ts"),
      STORE_WORKER,
    ],
    target: "node",
    packages: "external",
    external: ["bun:ffi", "bun:sqlite", "better-sqlite3"],
  });
  await $`node ${join(root, "node_modules/typescript/bin/tsc")} -p ${join(root, "tsconfig.library.json")}`;
}

/**
 * The binary's program without the runtime, which `bin/modullm.js` starts with the one that npm
 * installs.
 */
async function buildCommandLine(): Promise<void> {
  await bundle(join(dist, "cli"), {
    entrypoints: [join(root, "src/main.ts"), STORE_WORKER],
    target: "bun",
    minify: true,
    define: { IN_PACKAGE: "true" },
  });
}

async function bundle(folder: string, options: Parameters<typeof Bun.build>[0]): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const naming = {
    entry: "[name].[ext]",
    chunk: "[name]-[hash].[ext]",
    asset: "[name]-[hash].[ext]",
  };
  const built = await Bun.build({
    outdir: folder,
    naming,
    format: "esm",
    splitting: true,
    ...options,
  });
  if (!built.success) throw new AggregateError(built.logs, `${folder} does not build`);
}
