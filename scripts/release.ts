/**
 * Makes a folder that `install.sh` installs from: the binary of each target, the digests of all
 * files, and the script itself.
 *   bun scripts/release.ts [--target=TARGET]... [--out=FOLDER]
 * TARGET is such as `linux-arm64`, or `all`; without one it is this machine's. The folder is
 * `dist/release`.
 */
import {
  copyFileSync,
  createReadStream,
  linkSync,
  mkdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { compileBinary, suffixOf } from "./compile.ts";

const ROOT = join(import.meta.dir, "..");

/**
 * The usual ones. What Bun makes for x64 needs no AVX2, so there are no `-baseline` ones beside
 * them.
 */
export const TARGETS = [
  "linux-x64",
  "linux-arm64",
  "linux-x64-musl",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "windows-x64",
] as const;

if (import.meta.main) await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<void> {
  const given = valuesOf(words, "--target=").map((name) => name.replace(/^bun-/, ""));
  const targets = given.includes("all") ? TARGETS : given.length > 0 ? given : [machineTarget()];
  const folder = valuesOf(words, "--out=").at(-1) ?? join(ROOT, "dist/release");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const target of targets) {
    const file = join(folder, binaryName(target));
    process.stderr.write(`${file}\n`);
    await compileBinary(file, { target });
  }
  await completeRelease(folder, targets.map(binaryName));
}

/**
 * Makes a release folder of binaries that were built before: paths by target. They are linked where
 * that can be, else copied.
 */
export async function assembleRelease(
  folder: string,
  binaries: Readonly<Record<string, string>>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [target, path] of Object.entries(binaries)) {
    const file = join(folder, binaryName(target));
    try {
      linkSync(path, file);
    } catch {
      copyFileSync(path, file);
    }
  }
  await completeRelease(folder, Object.keys(binaries).map(binaryName));
}

/** How `install.sh` names this machine. */
export function machineTarget(): string {
  const { platform, arch } = process;
  const report = process.report.getReport() as {
    readonly header?: { readonly glibcVersionRuntime?: string };
  };
  const musl =
    platform === "linux" && report.header?.glibcVersionRuntime === undefined ? "-musl" : "";
  return `${platform === "win32" ? "windows" : platform}-${arch}${musl}`;
}

async function completeRelease(folder: string, names: readonly string[]): Promise<void> {
  copyFileSync(join(ROOT, "install.sh"), join(folder, "install.sh"));
  const lines = await Promise.all(
    [...names, "install.sh"].map(
      async (name) => `${await digestOf(join(folder, name))}  ${basename(name)}\n`,
    ),
  );
  writeFileSync(join(folder, "SHA256SUMS"), lines.join(""));
}

function binaryName(target: string): string {
  return `modullm-${target}${suffixOf(target)}`;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

function valuesOf(words: readonly string[], option: string): readonly string[] {
  return words.filter((word) => word.startsWith(option)).map((word) => word.slice(option.length));
}
