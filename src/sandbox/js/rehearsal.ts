import type { Codec } from "./codec.ts";
import type { Engine } from "./engine.ts";
import { READ_RESULT, settled, toScript } from "./script.ts";

const ROUNDS = 3;
/** What blocks are made of. */
const CODE = [
  'const items = [{ name: "one", amount: 1.5 }, { name: "two", amount: 2 }];',
  "function total(list) { return list.reduce((sum, { amount }) => sum + amount, 0); }",
  'let risk = total(items) > 3 ? "high" : "low";',
  "for (const { name } of items) { if (/o/.test(name)) risk += name; }",
  "const names = items.map(({ name }) => name.toUpperCase());",
  "var result = { risk, total: Math.round(total(items)), names };",
].join("\n");

/** Runs something harmless in a realm apart. */
export function rehearse(engine: Engine, codec: Codec): void {
  const apart = engine.createRealm();
  for (let round = 0; round < ROUNDS; round++) {
    const request = { code: CODE, values: {}, file: "rehearsal", line: 1 };
    const promise = apart.evaluate(toScript(apart, request), request.file, { detached: true });
    engine.runJobs(apart);
    settled(apart, promise, "the rehearsal awaits");
    codec.encode(apart.evaluate(READ_RESULT, "<result>"), "result", CODE.length * 100);
  }
  codec.decode({ context: { input: { a: [1, "text", null] } } });
}
