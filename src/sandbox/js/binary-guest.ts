import engine from "@jitl/quickjs-ng-wasmfile-release-sync/wasm" with { type: "file" };
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { runGuest } from "./guest.ts";

/**
 * The guest within the binary, which carries the engine inside, or in the npm package, where the
 * path is relative to this file.
 */
export async function runBinaryGuest(): Promise<void> {
  await runGuest(readFileSync(resolve(import.meta.dirname, engine)));
}
