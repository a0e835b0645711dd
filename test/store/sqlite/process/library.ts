// Bundled for Node: records a run, reads it back and says what came out, as JSON on stdout.
import { loadDriver } from "../../../../src/store/sqlite/driver.ts";
import { openStore } from "../../../../src/store/open.ts";

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
  store.runs.append({
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
    tags: {},
    attempts,
  });
}
const runs = [];
for await (const run of store.runs.query({ path: "/programs/a.rllm" })) runs.push(run);
await store.close();
process.stdout.write(JSON.stringify({ driver: driver?.name ?? null, runs, warnings }));
