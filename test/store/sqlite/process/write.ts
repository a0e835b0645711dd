// Records runs until COUNT are written, and says each id on stdout when it was acknowledged. With
// "stays" a thread writes, as in a server.
import { writeSync } from "node:fs";
import { openStore } from "../../../../src/store/open.ts";
import { run } from "../../samples.ts";

const [path = "", count = "1", stays = "", legacyPath = "/no/old/file"] = process.argv.slice(2);
const store = await openStore({
  path,
  legacyPath,
  stays: stays === "stays",
  warn: (message) => void writeSync(2, message),
});
for (let written = 0; written < Number(count);) {
  const batch = Array.from({ length: 1 + (written % 3) }, () =>
    run({ started: Date.now(), path: `/programs/${written % 3}.rllm` }),
  );
  for (const each of batch) {
    store.runs.append(each);
    store.events.append(each.id, '{"type":"note"}');
  }
  await store.flushed();
  written += batch.length;
  writeSync(1, batch.map(({ id }) => `${id}\n`).join(""));
}
await store.close();
