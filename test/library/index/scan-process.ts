/** Brings an index up to date, some times over, and says so at its start. */
import { createProgramIndex } from "../../../src/library/index/create-index.ts";
import { openStore } from "../../../src/store/open.ts";

const [folder = "", database = "", times = "1"] = process.argv.slice(2);
const store = await openStore({ path: database, warn: () => {} });
const index = createProgramIndex({
  folders: [folder],
  area: store.programs,
  embedder: null,
  count: async (text) => text.length,
  records: async () => new Map(),
});
process.stdout.write("begins\n");
for (let turn = 0; turn < Number(times); turn++) await index.refresh();
await store.close();
