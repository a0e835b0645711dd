#!/usr/bin/env node
// The command line of the npm package. It runs on Bun: this starts it with the Bun that npm
// installed, hands signals on, and ends as it ends.
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const MAIN = join(FOLDER, "../dist/cli/main.js");
const WINDOWS = process.platform === "win32";
/**
 * Nothing of the folder that the user stands in counts for the runtime, nothing is fetched, and it
 * does not outlive this process.
 */
const FLAGS = [
  "--no-env-file",
  "--no-install",
  "--no-orphans",
  `--config=${join(FOLDER, "bunfig.toml")}`,
];
/** Bytes; what stands in for Bun until its install script has run is smaller. */
const LEAST_SIZE = 1_000_000;

const bun = findBun();
if (bun === null)
  fail(
    'there is no Bun, which it runs on: install the npm package "bun" beside it, or itself without --omit=optional',
  );
else if (!isFile(MAIN)) fail(`there is no ${MAIN}: in a checkout, "npm run build" makes it`);
else start(bun);

function start(command) {
  const args = process.argv.slice(2);
  // As with the binary: the runtime itself, for tests of plugins.
  const child = spawn(command, process.env.BUN_BE_BUN === "1" ? args : [...FLAGS, MAIN, ...args], {
    stdio: "inherit",
  });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // On Windows the console tells both, and `kill` would end the child at once.
    process.on(name, () => void (WINDOWS || child.kill(name)));
  }
  child.on("error", (error) => fail(`cannot start ${command}: ${error.message}`));
  child.on("exit", (status, signal) => {
    if (signal === null) process.exit(status);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    process.exit(128 + constants.signals[signal]);
  });
}

/**
 * The executable in the package of this platform, or in the package `bun`, whose install script
 * moves it there; null without either.
 */
function findBun() {
  const { resolve } = createRequire(import.meta.url);
  const arch = process.arch === "arm64" ? "aarch64" : process.arch;
  const platform = `${WINDOWS ? "windows" : process.platform}-${arch}`;
  const suffix = WINDOWS ? ".exe" : "";
  try {
    const own = dirname(resolve("bun/package.json"));
    const find = createRequire(join(own, "package.json")).resolve;
    const packages = [`@oven/bun-${platform}`, `@oven/bun-${platform}-musl`].flatMap((name) =>
      tryResolve(find, name),
    );
    const places = [
      join(own, "bin/bun.exe"),
      ...packages.map((folder) => join(folder, `bin/bun${suffix}`)),
    ];
    return places.find((place) => isFile(place, LEAST_SIZE)) ?? null;
  } catch {
    return null;
  }
}

function tryResolve(find, name) {
  try {
    return [dirname(find(`${name}/package.json`))];
  } catch {
    return [];
  }
}

function isFile(path, leastSize = 0) {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isFile() && found.size >= leastSize;
}

function fail(reason) {
  process.stderr.write(`modullm: ${reason}\n`);
  process.exitCode = 1;
}
