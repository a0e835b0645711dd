import { $ } from "bun";
import { join } from "node:path";

const ENTRY = join(import.meta.dir, "../src/main.ts");
/** The thread that the run history is written on. */
export const STORE_WORKER = join(import.meta.dir, "../src/store/sqlite/store-worker.ts");

/**
 * How much hotter than usual code must be before it is compiled to machine code. A command of 30 ms
 * spends half its time on compiling what it never runs again; `main.ts` goes back to the usual for
 * those that stay longer.
 */
const PATIENT_JIT = 32;

/**
 * Source bytes below which a chunk joins another: a chunk a module would be a thousand of them, one
 * for all would be read whole by `--version`.
 */
const SMALLEST_CHUNK = 16_384;

export interface CompileOptions {
  /** @default this machine */
  readonly target?: string;
  /** For what is measured against it. @default the program */
  readonly entries?: readonly string[];
}

/**
 * Compiles the program into one file, for this machine or for a target such as `linux-arm64`.
 * Without the two no-autoload flags the binary would read `.env` and run code named in a
 * `bunfig.toml` wherever a user stands.
 */
export async function compileBinary(
  file: string,
  { target, entries = [ENTRY, STORE_WORKER] }: CompileOptions = {},
): Promise<void> {
  const flags = [
    "--compile",
    "--minify",
    "--bytecode",
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
  ];
  flags.push("--format=esm", "--splitting", `--min-chunk-size=${SMALLEST_CHUNK}`);
  flags.push(`--compile-jit-policy=${PATIENT_JIT}`, "--define=IN_BINARY=true");
  if (target !== undefined) flags.push(`--target=bun-${target}`);
  await $`${process.execPath} build ${flags} ${entries} --outfile ${file}`.quiet();
}

/** What a binary's name ends in, on a target or on this machine. */
export function suffixOf(target: string | undefined): string {
  return (target === undefined ? process.platform === "win32" : target.startsWith("windows"))
    ? ".exe"
    : "";
}
