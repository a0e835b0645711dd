import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createBaselineProvider } from "../../../src/model/baseline/baseline.ts";
import { ask, errorOf, notesOf, outcome } from "../calls.ts";
import { testProvider } from "../provider-suite.ts";
import { patience } from "../../patience.ts";

const SCHEMA = {
  type: "object",
  properties: { summary: { type: "string" } },
  required: ["summary"],
};

testProvider(
  "builtin/baseline",
  () => {
    const request = ask({
      schema: SCHEMA,
      values: { input: { text: "Reeds grow on wet land. They are cut in winter." } },
    });
    return Promise.resolve({
      provider: createBaselineProvider(),
      name: "baseline",
      id: "builtin/baseline",
      request,
      close: () => Promise.resolve(),
    });
  },
  {
    "says-nothing": "it always fills the schema",
    abort: "it answers without waiting for anything",
  },
);

/** The answer for a schema of these properties, all of them required. */
async function fill(
  properties: Readonly<Record<string, unknown>>,
  input: unknown,
  uses: unknown = {},
): Promise<Record<string, unknown>> {
  return answerTo({ type: "object", properties, required: Object.keys(properties) }, input, uses);
}

async function answerTo(
  schema: Readonly<Record<string, unknown>>,
  input: unknown,
  uses: unknown = {},
): Promise<Record<string, unknown>> {
  const result = await outcome(
    createBaselineProvider().model("baseline"),
    ask({ schema, values: { input, uses } }),
  );
  expect(result.error).toBeNull();
  return JSON.parse(result.text);
}

const ARTICLE = readFileSync(new URL("../../../examples/article.txt", import.meta.url), "utf8");
const STRINGS = { type: "array", items: { type: "string" } };

describe("createBaselineProvider()", () => {
  test("refuses other names with RLLM_002 and the name that there is", async () => {
    const error = await errorOf(() => Promise.resolve(createBaselineProvider().model("baselin")));
    expect(error.code).toBe("RLLM_002");
    expect(error.message).toContain('Did you mean "baseline"?');
    expect(error.details).toEqual({ field: "llm.model", value: "builtin/baselin" });
  });

  test("says in every answer that it is no language model", async () => {
    const result = await outcome(
      createBaselineProvider().model("baseline"),
      ask({ schema: SCHEMA }),
    );
    expect(notesOf(result, "degraded").join()).toContain("is no language model");
    expect(result.finish).toEqual({
      type: "finish",
      reason: "stop",
      served: "builtin/baseline",
      usage: null,
    });
  });

  test("gives the same answer on a retry", async () => {
    const model = createBaselineProvider().model("baseline");
    const first = ask({ schema: SCHEMA, values: { input: { text: ARTICLE } } });
    const more = [
      { role: "assistant", content: "{}" },
      { role: "user", content: "The answer lacks summary." },
    ] as const;
    const retry = { ...first, messages: [...first.messages, ...more] };
    expect((await outcome(model, retry)).text).toBe((await outcome(model, first)).text);
  });

  test("says how much of a long input it left unread, and needs no minutes for it", async () => {
    const text = "The engine was repaired in Lisbon after the storm. ".repeat(1_000_000);
    const started = performance.now();
    const result = await outcome(
      createBaselineProvider().model("baseline"),
      ask({ schema: SCHEMA, values: { input: { text } } }),
    );
    expect(performance.now() - started).toBeLessThan(patience(3000));
    expect(notesOf(result, "degraded").join()).toContain(
      `the last ${text.length - 200_000} characters`,
    );
  });
});

describe("builtin/baseline fills", () => {
  test("a summary with whole sentences of the text, in its order, and other sentences as points", async () => {
    const answer = await fill(
      {
        title: { type: "string" },
        summary: { type: "string", maxLength: 700 },
        points: { ...STRINGS, maxItems: 3 },
      },
      { text: ARTICLE },
    );
    expect(answer["title"]).toBe("How a steel box made the world smaller");
    const points = [answer["points"]].flat().map(String);
    expect(points).toHaveLength(3);
    const flat = ARTICLE.replaceAll("\n", " ");
    for (const sentence of points) expect(flat).toContain(sentence);
    expect(points.map((point) => flat.indexOf(point))).toEqual(
      points.map((point) => flat.indexOf(point)).toSorted((a, b) => a - b),
    );
    for (const point of points) expect(answer["summary"]).not.toContain(point);
  });

  test("as many sentences as the description asks for", async () => {
    const one = await fill(
      { summary: { type: "string", description: "One sentence" } },
      { text: ARTICLE },
    );
    expect(String(one["summary"]).match(/[.!?](?:\s|$)/g)).toHaveLength(1);
  });

  test("keywords with phrases that recur", async () => {
    const text =
      "A peat bog stores carbon. A drained peat bog loses its carbon. Each peat bog needs water, and moss needs water.";
    expect((await fill({ keywords: { ...STRINGS, maxItems: 3 } }, { text }))["keywords"]).toEqual([
      "peat bog",
      expect.any(String),
      expect.any(String),
    ]);
  });

  test("values of an invoice by what they are called", async () => {
    const text =
      "Invoice INV-20391 dated 3 May 2026. Please pay the total of EUR 1,249.50 by June 2, 2026. There are 3 items. Write to ana.s@example.org or see https://example.org/help.";
    const properties = {
      number: { type: "string", pattern: "^INV-\\d+$" },
      total: { type: "number" },
      items: { type: "integer" },
      currency: { enum: ["USD", "EUR"] },
      due_date: { type: "string", format: "date" },
      email: { type: "string", format: "email" },
      link: { anyOf: [{ type: "null" }, { type: "string", format: "uri" }] },
      phone: { type: ["string", "null"] },
      version: { const: 2 },
    };
    expect(await fill(properties, { text })).toEqual({
      number: "INV-20391",
      total: 1249.5,
      items: 3,
      currency: "EUR",
      due_date: "2026-06-02",
      email: "ana.s@example.org",
      link: "https://example.org/help",
      phone: null,
      version: 2,
    });
  });

  test("an enum by what its schema tells of each value", async () => {
    const intent = {
      oneOf: [
        { const: "harvest", description: "picking, ripe fruit" },
        { const: "repair", description: "pumps, leaks, pipes" },
      ],
    };
    expect(await fill({ intent }, { text: "Two pipes in the cellar are dripping." })).toEqual({
      intent: "repair",
    });
    const described = {
      enum: ["harvest", "repair"],
      description: "harvest: picking, ripe fruit; repair: pumps, leaks, pipes",
    };
    expect(
      await fill({ intent: described }, { text: "Two pipes in the cellar are dripping." }),
    ).toEqual({
      intent: "repair",
    });
  });

  test("an enum without evidence with its neutral value", async () => {
    expect(
      await fill(
        { mood: { enum: ["positive", "negative", "neutral"] } },
        { text: "The train leaves at nine." },
      ),
    ).toEqual({ mood: "neutral" });
  });

  test("a choice that nothing speaks for with null or nothing, where the schema lets it", async () => {
    const tag = { anyOf: [{ enum: ["harvest", "repair"] }, { type: "null" }] };
    const kind = { enum: ["harvest", null] };
    expect(await fill({ tag, kind }, { text: "The train leaves at nine." })).toEqual({
      tag: null,
      kind: null,
    });
  });

  test("a list of choices with those that the text speaks for", async () => {
    const topics = { type: "array", items: { enum: ["delivery", "price", "other"] } };
    expect(await fill({ topics }, { text: "The delivery was late." })).toEqual({
      topics: ["delivery"],
    });
  });

  test("what is said in lines of their own with the lines that say it", async () => {
    const notes =
      "Project sync, 4 June 2026\n\n- Lena will send the contract by Monday.\n- Decision: the launch moves to July.\n- Risk: the vendor may be late.\n- Who pays for hosting?";
    expect(
      await fill(
        { title: { type: "string" }, decisions: STRINGS, risks: STRINGS, questions: STRINGS },
        { notes },
      ),
    ).toEqual({
      title: "Project sync, 4 June 2026",
      decisions: ["the launch moves to July."],
      risks: ["the vendor may be late."],
      questions: ["Who pays for hosting?"],
    });
  });

  test("properties that are called in one word as those in several", async () => {
    const mail =
      "From: Ana Silva <ana@example.com>\nSubject: Order 48213\n\nMy parcel of 3 March 2026 is lost.";
    const properties = {
      customerName: { type: "string" },
      email: { type: "string", format: "email" },
      orderNumber: { type: "string", pattern: "^\\d{5}$" },
      subject: { type: "string" },
    };
    expect(await fill(properties, { email: mail })).toEqual({
      customerName: "Ana Silva",
      email: "ana@example.com",
      orderNumber: "48213",
      subject: "Order 48213",
    });
  });

  test("booleans by evidence, and not by its denial", async () => {
    const insured = { insured: { type: "boolean" } };
    expect(await fill(insured, { text: "The parcel was insured for 50 euros." })).toEqual({
      insured: true,
    });
    expect(await fill(insured, { text: "The parcel was not insured." })).toEqual({
      insured: false,
    });
    expect(await fill(insured, { text: "The parcel wasn't insured." })).toEqual({ insured: false });
  });

  test("action items with owner, task and a day counted from the meeting's date", async () => {
    const item = {
      type: "object",
      properties: {
        owner: { type: "string" },
        task: { type: "string" },
        due: { type: ["string", "null"], format: "date" },
      },
      required: ["owner", "task", "due"],
    };
    const notes =
      "Attendees: Maria Lopez, Tom Becker\nMaria: Tom, can you send the list by Friday?\nTom: Yes. I will also call the printer.\nMaria: It rains.";
    const answer = await fill(
      { attendees: STRINGS, action_items: { type: "array", items: item } },
      { date: "2026-05-05", notes },
    );
    expect(answer).toEqual({
      attendees: ["Maria Lopez", "Tom Becker"],
      action_items: [
        { owner: "Tom", task: "Send the list", due: "2026-05-08" },
        { owner: "Tom", task: "Also call the printer", due: null },
      ],
    });
  });

  test("an answer from the documents that match the question", async () => {
    const documents = [
      "The tower of Pisa leans.",
      "The old tower in Lisbon is 45 metres tall.",
      "Wine is made from grapes.",
    ];
    expect(
      await fill(
        { answer: { type: "string" } },
        { question: "How tall is the tower in Lisbon?", documents },
      ),
    ).toEqual({ answer: "The old tower in Lisbon is 45 metres tall." });
  });

  test("what a used program has found already by taking it over", async () => {
    const uses = { first: { keywords: ["reed", "moss"], summary: "Reeds grow." } };
    expect(
      await fill({ summary: { type: "string" }, keywords: STRINGS }, { text: ARTICLE }, uses),
    ).toEqual({
      summary: "Reeds grow.",
      keywords: ["reed", "moss"],
    });
  });

  test("texts without spaces and in other scripts sentence by sentence", async () => {
    const chinese = await fill(
      { summary: { type: "string", description: "one sentence" }, keywords: STRINGS },
      {
        text: "泥炭地每年增长约一毫米。泥炭地只占世界陆地面积的百分之三，却储存了比所有森林更多的碳。空气进入泥炭，泥炭开始腐烂。",
      },
    );
    expect(chinese["summary"]).toMatch(/^泥炭[^。]*。$/);
    expect(chinese["keywords"]).toContain("泥炭地");
    const russian = await fill(
      { summary: { type: "string", description: "one sentence" } },
      {
        text: "Торф состоит из остатков растений. Болото растёт медленно. Когда торф сохнет, углерод уходит.",
      },
    );
    expect(russian["summary"]).toMatch(/^\p{Lu}[^.]*\.$/u);
  });

  test("lengths and bounds of the schema", async () => {
    const text =
      "The harbour master counted 480 boats and wrote the number into his book before the storm came in from the west.";
    const answer = await fill(
      {
        summary: { type: "string", maxLength: 30 },
        boats: { type: "integer", maximum: 500 },
        berths: { type: "integer", minimum: 12, maximum: 100 },
        keywords: { ...STRINGS, maxItems: 1 },
      },
      { text },
    );
    expect(String(answer["summary"]).length).toBeLessThanOrEqual(30);
    expect(answer["boats"]).toBe(480);
    expect(answer["berths"]).toBe(12);
    expect(answer["keywords"]).toHaveLength(1);
  });

  test("a schema that holds itself, once", async () => {
    const node = {
      type: "object",
      properties: { name: { type: "string" }, child: { $ref: "#/$defs/node" } },
      required: ["name"],
    };
    const schema = { $ref: "#/$defs/node", $defs: { node } };
    expect(await answerTo(schema, { text: "Yesterday the captain met Carl Dahl." })).toEqual({
      name: "Carl Dahl",
    });
    const endless = await answerTo({ allOf: [{ $ref: "#" }] }, { text: "Reeds grow." });
    expect(endless as unknown).toBe("Reeds grow.");
  });
});

describe("builtin/baseline stays fast", () => {
  const hostile: readonly (readonly [string, unknown])[] = [
    ["dots", "a.".repeat(100_000)],
    ["digits", "1 ".repeat(100_000)],
    ["one word", "a".repeat(1_000_000)],
    ["NUL and line breaks", "\0\n".repeat(200_000)],
    ["labels", "A: ".repeat(80_000)],
    ["capitals", "Aa Bb ".repeat(30_000)],
    ["blanks", " ".repeat(200_000)],
    ["commas", "a,".repeat(100_000)],
  ];
  test.each(hostile)("on an input of %s", async (_, text) => {
    const started = performance.now();
    const properties = {
      email: { type: "string", format: "email" },
      url: { type: "string", format: "uri" },
      phone: { type: "string" },
      due_date: { type: "string" },
      total: { type: "number" },
      people: STRINGS,
      keywords: STRINGS,
      summary: { type: "string" },
    };
    await fill(properties, { text });
    expect(performance.now() - started).toBeLessThan(patience(2000));
  });

  test("on an input that is nested deeply, of which it reads 500 levels, then the prompt", async () => {
    const nested = (levels: number) => {
      let deep: unknown = "The leaf is green.";
      for (let level = 0; level < levels; level++) deep = { a: deep };
      return deep;
    };
    expect(await fill({ summary: { type: "string" } }, nested(400))).toEqual({
      summary: "The leaf is green.",
    });
    expect(await fill({ summary: { type: "string" } }, nested(100_000))).toEqual({
      summary: "Say hi",
    });
  });

  test("on a schema that stands for a very large object, or for one without end", async () => {
    const wide = (inner: unknown) => ({
      type: "object",
      properties: Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [`p${index}`, inner]),
      ),
    });
    const started = performance.now();
    const filled = await answerTo(wide(wide(wide(wide({ type: "string" })))), {
      text: "Reeds grow. ".repeat(1000),
    });
    expect(JSON.stringify(filled)).toContain("Reeds grow.");
    const endless: unknown = await answerTo(
      { anyOf: [{ $ref: "#" }, { $ref: "#" }] },
      { text: "Reeds grow." },
    );
    expect(endless).toBe("Reeds grow.");
    expect(performance.now() - started).toBeLessThan(patience(5000));
  });

  test("on lists of objects over thousands of lines", async () => {
    const item = {
      type: "object",
      properties: { who: { type: "string" }, task: { type: "string" } },
    };
    const started = performance.now();
    const notes = "Tom: I will go.\n".repeat(12_000);
    const answer = await fill({ tasks: { type: "array", items: item } }, { notes });
    expect([answer["tasks"]].flat()).toHaveLength(50);
    expect(performance.now() - started).toBeLessThan(patience(3000));
  });
});
