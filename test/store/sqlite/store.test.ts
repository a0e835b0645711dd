import { openStore } from "../../../src/store/open.ts";
import { folder, neverWarn } from "../samples.ts";
import { type StorePlace, testStore } from "../suite.ts";

testStore("SQLite, for a short command", () => place(false));
testStore("SQLite, on a thread of its own", () => place(true));

function place(stays: boolean): StorePlace {
  const { file, [Symbol.dispose]: dispose } = folder();
  return {
    open: () => openStore({ path: file("stats.db"), warn: neverWarn, stays }),
    [Symbol.dispose]: dispose,
  };
}
