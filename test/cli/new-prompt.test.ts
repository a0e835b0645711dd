import { expect, test } from "bun:test";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileContract } from "../../src/contract/compile.ts";
import { programOf } from "../../src/program/parse.ts";
import { makeFolder, modullm } from "./command-line.ts";

async function promptFrom(examples: readonly object[]) {
  const folder = makeFolder();
  const options = examples.flatMap((each) => ["--output-example", JSON.stringify(each)]);
  const args = ["new", "mail", "--input-example", '{"email": "Hi"}', ...options];
  const { exit, stderr } = await modullm(args, { folder });
  expect({ exit, stderr: exit === 0 ? "" : stderr }).toEqual({ exit: 0, stderr: "" });
  const text = readFileSync(join(folder, "mail.rllm"), "utf8");
  const program = programOf(text, { path: "mail.rllm" });
  return { prompt: program.prompt?.text ?? "", schema: program.output.schema };
}

test("a prompt made from examples asks for null, and for nothing, only where the contract takes it", async () => {
  const mail = { sender: "a@b.org", order: 5, amount: 12 };
  expect((await promptFrom([mail])).prompt).toContain("\n\nMake nothing up. Answer with JSON");
  const partly = [
    { ...mail, order: null },
    { sender: "Ann", amount: 1.5, order: 2, tags: ["x"] },
  ];
  expect((await promptFrom(partly)).prompt).toContain(
    "Where the input does not say: null for order; an empty list for tags; an empty text for sender. Make nothing up.",
  );
  const nested = [{ by: { name: "Ann", due: "2026-05-08" } }, { by: { name: "Bo" } }];
  expect((await promptFrom(nested)).prompt).toContain(
    "an empty text for by.name; leave out by.due. Make nothing up.",
  );
});

const WAYS: Readonly<Record<string, unknown>> = {
  "null for": null,
  "an empty list for": [],
  "an empty text for": "",
  "leave out": undefined,
};

const value = fc.letrec<{ any: unknown; object: Record<string, unknown> }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom(null, true, 0, 12, 1.5, "", "Ann", "a@b.org", "2026-05-08", "https://a.org"),
    fc.array(tie("any"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(
    fc.constantFrom("sender", "order", "due", "items", "{{input.x}}", "a; b", "null for", "name"),
    tie("any"),
    { maxKeys: 4 },
  ),
}));

test("an answer that leaves all open that the prompt lets it leave open meets the contract", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(value.object, { minLength: 1, maxLength: 3 }), async (examples) => {
      const { prompt, schema } = await promptFrom(examples);
      const compiled = compileContract(schema);
      const [, said = ""] =
        /Where the input does not say: (.*)\. Make nothing up\./.exec(prompt) ?? [];
      const ways = said.split("; ").filter((part) => part !== "");
      for (const way of ways) {
        const [, told = "", paths = ""] =
          /^(null for|an empty \w+ for|leave out) (.+)$/.exec(way) ?? [];
        expect(Object.keys(WAYS)).toContain(told);
        for (const path of paths.split(", ")) {
          for (const example of examples) {
            const answer = structuredClone(example);
            leaveOpen(answer, path.split("."), WAYS[told]);
            expect({ path, told, ok: compiled.ok && compiled.contract.check(answer).ok }).toEqual({
              path,
              told,
              ok: true,
            });
          }
        }
      }
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 60) },
  );
}, 180_000);

/** Puts a value, or nothing, at every place of a path such as `items[].price`. */
function leaveOpen(at: unknown, [name = "", ...rest]: readonly string[], put: unknown): void {
  if (typeof at !== "object" || at === null || Array.isArray(at)) return;
  const holder = at as Record<string, unknown>;
  const key = name.replace(/\[\]$/, "");
  if (rest.length > 0) {
    const below = holder[key];
    const places = name.endsWith("[]") && Array.isArray(below) ? (below as unknown[]) : [below];
    for (const place of places) leaveOpen(place, rest, put);
  } else if (put === undefined) delete holder[key];
  else holder[key] = put;
}
