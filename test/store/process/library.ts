// Bundled for Node: records a run, reads it back and says what came out, as JSON on stdout.
import { loadDriver } from "../../../src/store/driver.ts";
import { openStore } from "../../../src/store/open.ts";

const warnings: string[] = [];
const driver = await loadDriver();
const store = await openStore({
  path: process.argv[2] ?? "",
  warn: (message) => warnings.push(message),
});
const attempts = [
  {
    model: "m/x",
    ms: 1,
    promptTokens: 1,
    completionTokens: null,
    usd: null,
    error: null,
    edits: ["a\0b"],
  },
];
for (const id of ["1", "2"]) {
  store.record({
    id,
    parent: null,
    path: "/programs/a.rllm",
    name: "a",
    version: "1",
    model: "m/x",
    started: Date.now(),
    ms: 1.5,
    ok: true,
    error: null,
    inputOk: true,
    outputOk: null,
    attempts,
  });
}
const runs = store.runs({ path: "/programs/a.rllm", model: null });
const programs = store.programs();
store.close();
process.stdout.write(JSON.stringify({ driver: driver?.name ?? null, runs, programs, warnings }));
