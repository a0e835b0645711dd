/**
 * Takes the public cases of dotprompt (`spec/` of a checkout of google/dotprompt) through the
 * importer: schemas as their Picoschema says, prompts as their templates render. Prints which hold,
 * and of those that don't what the importer said was lost.
 *   bun scripts/dotprompt-cases.ts ../dotprompt [--show]
 */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import { parse } from "yaml";
import { importText } from "../src/authoring/import/import.ts";
import { programOf } from "../src/program/parse.ts";
import { parseTemplate, renderTemplate } from "../src/program/template.ts";

interface Case {
  readonly name: string;
  readonly template: string;
  readonly data?: { readonly messages?: unknown };
  readonly tests: readonly {
    readonly desc: string;
    readonly options?: unknown;
    readonly data?: { readonly input?: Record<string, unknown>; readonly messages?: unknown };
    readonly expect: {
      readonly messages?: readonly { role: string; content: readonly { text?: string }[] }[];
      readonly input?: { readonly schema?: unknown };
      readonly output?: { readonly schema?: unknown };
    };
  }[];
}

/** What is lost of every case: it names no model, and mostly no form of its answer. */
const OF_EVERY = /^an answer that is plain text|^the model: none is named/;
const [, , checkout = "", show] = process.argv;
/** `outside`: what is tested is given when a prompt is rendered, and stands in no file. */
const counts = { held: 0, told: 0, wrong: 0, outside: 0 };

for (const file of new Bun.Glob("spec/**/*.yaml").scanSync(checkout))
  for (const each of parse(readFileSync(join(checkout, file), "utf8")) as Case[])
    for (const test of each.tests) {
      const outcome = isOutside(each, test)
        ? ({ kind: "outside", why: "" } as const)
        : outcomeOf(each, test);
      counts[outcome.kind]++;
      if (
        ["told", "wrong"].includes(outcome.kind) &&
        (show !== undefined || outcome.kind === "wrong")
      )
        console.log(`${outcome.kind}  ${file} ${each.name}: ${test.desc}: ${outcome.why}`);
    }
console.log(
  `${counts.held} hold, ${counts.told} do not and the importer says so, ${counts.wrong} do not without a word; ${counts.outside} are about no file`,
);
process.exit(counts.wrong === 0 ? 0 : 1);

function isOutside(each: Case, test: Case["tests"][number]): boolean {
  return test.options !== undefined || [each.data, test.data].some((data) => data?.messages);
}

function outcomeOf(
  each: Case,
  { data, expect }: Case["tests"][number],
): { kind: keyof typeof counts; why: string } {
  try {
    const { text, lost } = importText(each.template, "case.prompt", "dotprompt");
    const program = programOf(text);
    const why = differenceOf(program, data?.input ?? {}, expect);
    if (why === null) return { kind: "held", why: "" };
    return {
      kind: lost.some((what) => !OF_EVERY.test(what)) ? "told" : "wrong",
      why: `${why}; lost: ${lost.join(", ")}`,
    };
  } catch (thrown) {
    return {
      kind: "told",
      why: `refused: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
}

type Program = ReturnType<typeof programOf>;

function differenceOf(
  program: Program,
  input: Record<string, unknown>,
  expect: Case["tests"][number]["expect"],
): string | null {
  const wanted = expect.output?.schema;
  const { value } = (program.output.schema["properties"] ?? {}) as Record<string, unknown>;
  if (
    wanted !== undefined &&
    !isDeepStrictEqual(program.output.schema, wanted) &&
    !isDeepStrictEqual(value, wanted)
  )
    return `the output is ${JSON.stringify(program.output.schema)}`;
  const said = (role: string): string =>
    (expect.messages ?? [])
      .filter((message) => (message.role === "system") === (role === "system"))
      .flatMap(({ content }) => content.map((part) => part.text ?? ""))
      .join("");
  const prompt =
    renderTemplate(promptOf(program), { input }).split(
      "Answer with one JSON object of this form",
    )[0] ?? "";
  if (plain(prompt) !== plain(said("user"))) return `the prompt is ${JSON.stringify(prompt)}`;
  const system = program.system === null ? "" : renderTemplate(program.system, { input });
  return plain(system) === plain(said("system"))
    ? null
    : `the system message is ${JSON.stringify(system)}`;
}

/** White space at the ends of lines and between them is the template engine's affair. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function promptOf({ prompt }: Program) {
  return prompt ?? parseTemplate("");
}
