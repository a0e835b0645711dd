import { expect, test } from "bun:test";
import fc from "fast-check";
import { writeJson } from "../../src/core/json.ts";
import { makeFolder, modullm, programText } from "./command-line.ts";

/**
 * Names that every object or function has, and names that a language gives a meaning of its own.
 */
const NAMES =
  "toString valueOf toJSON constructor hasOwnProperty length then name prototype __defineGetter__ isPrototypeOf const $ref type x 0 <<".split(
    " ",
  );
const name = fc.constantFrom("", ...NAMES);
const value = fc.letrec<{ any: unknown; object: Record<string, unknown> }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom(
      null,
      true,
      0,
      -0,
      1.5,
      1e300,
      12345678901234567890n,
      "",
      " ",
      "{{x}}",
      "\u0000",
      "\ud800",
      "no",
    ),
    fc.string({ unit: "binary" }),
    fc.array(tie("any"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(name, tie("any"), { maxKeys: 3 }),
}));
/** Contracts that ask for the odd names, with odd constants among the choices. */
const schema = fc.dictionary(
  name,
  fc.oneof(
    fc.constantFrom(
      { type: "string" },
      { type: "integer" },
      { type: "object" },
      { type: "boolean" },
      { type: "array", items: { type: "string" } },
      { type: ["string", "null"] },
      {},
    ),
    value.any.map((constant) => ({ const: constant })),
    fc.array(value.any, { minLength: 1, maxLength: 3 }).map((listed) => ({ enum: listed })),
    fc
      .array(value.any, { minLength: 1, maxLength: 3 })
      .map((listed) => ({ oneOf: listed.map((constant) => ({ const: constant })) })),
    value.any.map((given) => ({ type: "string", default: given, description: "what is said" })),
  ),
  { maxKeys: 4 },
);

/** Commands that read a program, and with it its schemas. */
const COMMANDS = [
  "run --max-retries 0",
  "run --repair full",
  "run --dry-run",
  "exectime",
  "validate",
  "inspect",
  "inspect --format typescript",
  "inspect --format text",
  "inspect --format svg",
];

test("a run on the baseline has no bugs to tell, whatever names and values it meets; nor have other commands", async () => {
  await fc.assert(
    fc.asyncProperty(
      value.object,
      schema,
      fc.constantFrom(...COMMANDS),
      async (input, properties, command) => {
        const folder = makeFolder({
          "a.rllm": programText(
            {
              llm: "{model: builtin/baseline}",
              max_context_window: "100000",
              input_schema: "{type: object}",
              output_schema: writeJson({ type: "object", properties }),
            },
            "Say {{input}} {{input.toString}} {{schema.output}}",
          ),
        });
        const args = [
          ...command.split(" "),
          "a.rllm",
          ...(/^(?:run|exec)/.test(command) ? ["--input", writeJson(input)] : []),
        ];
        const { stdout } = await modullm(args, { folder });
        expect({ command, stdout, isBug: stdout.includes("RLLM_999") }).toEqual({
          command,
          stdout,
          isBug: false,
        });
      },
    ),
    { numRuns: Number(process.env["FC_RUNS"] ?? 60) },
  );
}, 180_000);

test("an object with the key toString is an input like others", async () => {
  const folder = makeFolder({
    "a.rllm": programText({ llm: "{model: builtin/baseline}", input_schema: "{type: object}" }),
  });
  for (const input of [{ v: { toString: 1 } }, { v: [{ toString: 1 }] }, { toString: { v: 1 } }]) {
    const args = ["run", "a.rllm", "--input", JSON.stringify(input)];
    expect((await modullm(args, { folder })).exit).toBe(0);
  }
});
