import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runGuest } from "./guest.ts";

/** The process of its own in which a program that uses the library runs JavaScript. */
const engine = createRequire(import.meta.url).resolve(
  "@jitl/quickjs-ng-wasmfile-release-sync/wasm",
);
void runGuest(readFileSync(engine));
