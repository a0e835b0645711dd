/**
 * Builds the project into `dist/`: the binary for this machine (or for `--target=bun-linux-arm64` and the like) under both its
 * names, and the library for Node and Bun with its types.
 *   bun scripts/build.ts [--target=TARGET] [--binary | --library]
 */
import { $ } from "bun";
import { copyFileSync, linkSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const dist = join(root, "dist");
const target = process.argv.find((word) => word.startsWith("--target="))?.slice("--target=".length);
const only = process.argv.find((word) => word === "--binary" || word === "--library");

/**
 * How much hotter than usual code must be before it is compiled to machine code. A command of 30 ms spends half its time on
 * compiling what it never runs again; `main.ts` goes back to the usual for those that stay longer.
 */
const PATIENT_JIT = 32;

mkdirSync(dist, { recursive: true });
if (only !== "--library") await buildBinary();
if (only !== "--binary") await buildLibrary();

/** Without the two no-autoload flags the binary would read `.env` and run code named in a `bunfig.toml` wherever a user stands. */
async function buildBinary(): Promise<void> {
  const suffix =
    (target ?? process.platform).includes("win") && target !== undefined
      ? ".exe"
      : process.platform === "win32"
        ? ".exe"
        : "";
  const file = join(dist, `modullm${suffix}`);
  const flags = ["--compile", "--minify", "--bytecode", "--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"];
  flags.push(`--compile-jit-policy=${PATIENT_JIT}`, "--define=IN_BINARY=true");
  if (target) flags.push(`--target=${target}`);
  await $`${process.execPath} build ${flags} ${join(root, "src/main.ts")} --outfile ${file}`.quiet();
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
  rmSync(folder, { recursive: true, force: true });
  const built = await Bun.build({
    // The second is a program of its own: the process that JavaScript blocks run in, which finds its engine in node_modules.
    entrypoints: [join(root, "src/index.ts"), join(root, "src/sandbox/js/javascript-guest.ts")],
    outdir: folder,
    naming: { entry: "[name].[ext]" },
    target: "node",
    format: "esm",
    splitting: true,
    packages: "external",
    external: ["bun:ffi", "bun:sqlite", "better-sqlite3"],
  });
  if (!built.success) throw new AggregateError(built.logs, "the library does not build");
  await $`node ${join(root, "node_modules/typescript/bin/tsc")} -p ${join(root, "tsconfig.library.json")}`;
}
