import engine from "@jitl/quickjs-ng-wasmfile-release-sync/wasm" with { type: "file" };
import { readFileSync } from "node:fs";
import { runGuest } from "./guest.ts";

/** The guest within the binary, which carries the engine inside. */
export async function runBinaryGuest(): Promise<void> {
  await runGuest(readFileSync(engine));
}
