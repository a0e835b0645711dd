import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../src/core/events.ts";
import { isObject } from "../../src/core/json.ts";
import { PROVIDERS } from "../../src/model/providers.ts";
import { translateSchema } from "../../src/model/schema/translate.ts";
import { makeFolder, serveModel, worldOf } from "../cli/command-line.ts";
import { open } from "../../src/index.ts";
import { useShelf } from "./shelf.ts";

const SHELF = useShelf("examples/templates");
const { folder: FOLDER, names: NAMES, inputOf, run } = SHELF;

test.each(NAMES)(
  "%s is valid without a warning, and its answer on the baseline meets its contract",
  async (name) => {
    expect((await SHELF.modullm.validate(`${name}.rllm`, { strict: true })).warnings).toEqual([]);
    const { program } = await SHELF.modullm.load(`${name}.rllm`);
    expect(program.output.check(await run(name)).ok).toBe(true);
  },
);

test.each(NAMES)(
  "%s can become somebody's own: the lines that `new` replaces, and few others",
  async (name) => {
    const text = readFileSync(join(FOLDER, `${name}.rllm`), "utf8");
    const lines = text.split("\n");
    expect(lines).toContain(`name: ${name}`);
    expect(lines).toContain("author: ModuLLM");
    expect(lines.length - 1).toBeGreaterThanOrEqual(30);
    expect(lines.length - 1).toBeLessThanOrEqual(70);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(130);
    const { program } = await SHELF.modullm.load(`${name}.rllm`);
    if (program.model === null) return;
    expect(lines).toContain("llm: { model: builtin/baseline }");
    const known = new Set(PROVIDERS.map((provider) => provider.name));
    expect(program.recommendedModels.length).toBeGreaterThan(0);
    expect(
      program.recommendedModels.filter((model) => !known.has(model.slice(0, model.indexOf("/")))),
    ).toEqual([]);
  },
);

test.each(NAMES)(
  "%s has an output that servers can enforce, and says in the prompt what it is",
  async (name) => {
    const { program } = await SHELF.modullm.load(`${name}.rllm`);
    for (const mode of ["strict", "anthropic"] as const)
      expect([mode, translateSchema(program.output.schema, mode).strict]).toEqual([mode, true]);
    expect(undescribed(program.output.schema)).toEqual([]);
    expect(undescribed(program.input.schema)).toEqual([]);
    if (program.prompt === null) return;
    expect(readFileSync(join(FOLDER, `${name}.rllm`), "utf8")).toContain("\n{{schema.output}}\n");
  },
);

test("the page of the folder names every template, and gives a command that runs it", () => {
  const page = readFileSync(join(FOLDER, "README.md"), "utf8");
  for (const name of NAMES) {
    expect(page).toContain(`[${name}](${name}.rllm)`);
    expect(page).toContain(
      `modullm run examples/templates/${name}.rllm --input-file examples/templates/${name}.yaml\n`,
    );
  }
});

test("summarise gives the text's title, and sentences of the text alone", async () => {
  const answer = await run("summarise");
  expect(answer["title"]).toBe("Night buses for Harrow Vale: results of the trial");
  const text = String(inputOf("summarise")["text"]).replaceAll(/\s+/g, " ");
  for (const point of [answer["key_points"]].flat().map(String)) expect(text).toContain(point);
});

test("extract finds the facts of an invoice, and null where there is none", async () => {
  expect(await run("extract")).toEqual({
    invoice_number: "INV-2041",
    issue_date: "2026-05-04",
    due_date: "2026-05-18",
    total: 915.5,
    currency: "EUR",
    contact_email: "regnskab@moller-son.example",
    items: [
      { text: "1 oak dining table with extension: 580.00 EUR", quantity: 1, amount: 580 },
      { text: "2 chairs with linen seats: 290.00 EUR", quantity: 2, amount: 290 },
      { text: "1 delivery to the second floor: 45.50 EUR", quantity: 1, amount: 45.5 },
    ],
  });
  expect(await run("extract", { text: "Thank you for your order. The invoice follows." })).toEqual({
    invoice_number: null,
    issue_date: null,
    due_date: null,
    total: null,
    currency: null,
    contact_email: null,
    items: [],
  });
});

test.each([
  ["wish", undefined],
  ["problem", "The export is broken since the update, I lost my data."],
  ["question", "How can I change my address?"],
  ["praise", "Great app, I love it, thanks!"],
  ["other", "Hello."],
])("classify finds a %s", async (label, text) => {
  expect(await run("classify", text === undefined ? {} : { text })).toMatchObject({ label });
});

test.each([
  ["facilities", "urgent", undefined],
  ["security", "normal", "I think I lost my badge on the train."],
  ["people", "low", "Can you tell me where I can find the payslip of May? No hurry."],
  ["other", "normal", "Hello."],
])("route sends what is for %s there, %s", async (team, priority, message) => {
  expect(await run("route", message === undefined ? {} : { message })).toMatchObject({
    team,
    priority,
  });
});

test("draft says what the facts say, under the purpose", async () => {
  const { facts, purpose } = inputOf("draft");
  expect(await run("draft")).toEqual({
    subject: purpose,
    body: [facts].flat().join(" "),
    open_questions: [],
  });
});

test("judge counts a mark only where its quote stands in the answer, and calculates mean and verdict", async () => {
  const { marks, mean, passed } = await run("judge");
  const scores = [marks].flat().map((mark) => (isObject(mark) ? mark["score"] : undefined));
  // The baseline marks the third with a quote from the task.
  expect({ scores, mean, passed }).toEqual({ scores: [2, 2, 0], mean: 1.33, passed: false });
  const questions = [inputOf("judge")["questions"]].flat().slice(0, 2);
  expect(await run("judge", { questions })).toMatchObject({ mean: 2, passed: true });
});

test("judge counts what a model left out as 0, and a quote whatever its marks and capitals", async () => {
  const [first, second] = [inputOf("judge")["questions"]].flat().map(String);
  const marks = [
    { question: first, answer_quote: "“take the express train from the airport”", score: 2 },
    { question: second, answer_quote: "A ticket is free.", score: 2 },
  ];
  const server = serveModel([JSON.stringify({ marks, mean: 2, passed: true })]);
  const folder = makeFolder();
  const served = await open({
    cwd: FOLDER,
    autoload: false,
    env: { ...worldOf(folder), ...server.env },
  });
  const options = { model: "local/judge", maxRetries: 0 };
  const judged = await served.run<object, { marks: { score: number }[] }>(
    "judge.rllm",
    inputOf("judge"),
    options,
  );
  await served.close();
  server.stop();
  expect(judged.marks.map(({ score }) => score)).toEqual([2, 0, 0]);
  expect(judged).toMatchObject({ mean: 0.67, passed: false });
});

test("transform writes values as the new form has them, and converts the weight", async () => {
  expect(await run("transform")).toEqual({
    sku: "KTL-2041",
    title: "Electric kettle, brushed steel",
    price: 39.9,
    currency: "EUR",
    available_from: "2026-03-03",
    weight: 30,
    weight_unit: "oz",
    weight_kg: 0.85,
    problems: [],
  });
  expect(await run("transform", { record: { Title: "Kettle" } })).toMatchObject({
    weight: null,
    weight_kg: null,
  });
});

test("map-reduce reads every part with the program for parts", async () => {
  const started: string[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === "run-start") started.push(event.name);
  };
  await SHELF.modullm.run("map-reduce.rllm", inputOf("map-reduce"), { maxRetries: 0, onEvent });
  const part = "map-reduce-part";
  expect(started.toSorted()).toEqual(["map-reduce", part, part, part]);
});

test("collect gives a row for each bill and the sum of what is known, and asks no model itself", async () => {
  expect(await run("collect")).toEqual({
    summary: "3 bills come to 942.4",
    total: 942.4,
    rows: [
      { due: "2026-05-08", amount: 640.5 },
      { due: "2026-05-20", amount: 212 },
      { due: null, amount: 89.9 },
    ],
  });
});

/**
 * Places of properties without a description; those of a list are described by the list or each by
 * itself.
 */
function undescribed(schema: unknown, place = ""): string[] {
  if (!isObject(schema)) return [];
  const properties = Object.entries(isObject(schema["properties"]) ? schema["properties"] : {});
  const here = properties.flatMap(([name, property]) => {
    const told = isObject(property) && typeof property["description"] === "string";
    return [...(told ? [] : [`${place}/${name}`]), ...undescribed(property, `${place}/${name}`)];
  });
  return [...here, ...undescribed(schema["items"], `${place}/items`)];
}
