// Records runs until COUNT are written, and says each id on stdout after it was recorded.
import { writeSync } from "node:fs";
import { openStore } from "../../../src/store/open.ts";
import { run } from "../samples.ts";

const [path = "", count = "1", legacyPath = "/no/old/file"] = process.argv.slice(2);
const store = await openStore({ path, legacyPath, warn: (message) => void writeSync(2, message) });
for (let written = 0; written < Number(count); written++) {
  const next = run({ started: Date.now(), path: `/programs/${written % 3}.rllm` });
  store.record(next);
  writeSync(1, `${next.id}\n`);
}
store.close();
