import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../src/core/json.ts";
import { PROVIDERS } from "../../src/model/providers.ts";
import { useShelf } from "./shelf.ts";

const SHELF = useShelf("examples");
const { folder: FOLDER, names: NAMES, inputOf, run } = SHELF;

test.each(NAMES)(
  "%s is valid without a warning, runs on the baseline, and recommends models of known providers",
  async (name) => {
    expect((await SHELF.modullm.validate(`${name}.rllm`, { strict: true })).warnings).toEqual([]);
    expect(Object.keys(await run(name)).length).toBeGreaterThan(0);
    const { program } = await SHELF.modullm.load(`${name}.rllm`);
    if (program.model === null) return;
    expect(program.model).toBe("builtin/baseline");
    const known = new Set(PROVIDERS.map((provider) => provider.name));
    expect(program.recommendedModels.length).toBeGreaterThan(0);
    for (const model of program.recommendedModels)
      expect([model, known.has(model.slice(0, model.indexOf("/")))]).toEqual([model, true]);
  },
);

test("the page of the folder names every program, and gives a command that runs it", () => {
  const page = readFileSync(join(FOLDER, "README.md"), "utf8");
  for (const name of NAMES) {
    expect(page).toContain(`[${name}](${name}.rllm)`);
    expect(page).toContain(`modullm run examples/${name}.rllm --input-file examples/${name}.yaml`);
  }
});

test("summary gives the article's title, and sentences of the article", async () => {
  const article = readFileSync(join(FOLDER, "article.txt"), "utf8").trim();
  expect(inputOf("summary")["text"]).toBe(article);
  const answer = await run("summary");
  expect(answer["title"]).toBe("How a steel box made the world smaller");
  expect(answer["key_points"]).toHaveLength(5);
  for (const point of [answer["key_points"]].flat().map(String)) expect(article).toContain(point);
});

test("support_inbox gives a route for each message, in order, and counts the urgent ones", async () => {
  const inbox = await run("support_inbox");
  expect(inbox).toMatchObject({ headline: "1 of 3 messages are urgent", urgent: 1 });
  const routes = [inbox["routes"]]
    .flat()
    .map((route) => (isObject(route) ? route["intent"] : null));
  expect(routes).toEqual(["billing", "technical", "sales"]);
});

test("extract_keywords puts what the text is about first", async () => {
  const { keywords } = await run("extract_keywords");
  expect([keywords].flat()[0]).toBe("peat bog");
});

test("intent_router sends a double charge to billing", async () => {
  expect(await run("intent_router")).toMatchObject({ intent: "billing", urgent: true });
});

test("meeting_extractor finds who does what until when", async () => {
  expect(await run("meeting_extractor")).toEqual({
    attendees: ["Maria Lopez", "Tom Becker", "Aisha Khan", "Ren Ito"],
    decisions: [
      "Then it's decided, we launch on 18 May with the old payment provider.",
      "We agreed last week to ship in English first.",
    ],
    action_items: [
      { owner: "Ren", task: "Update the status page and the help texts", due: "2026-05-08" },
      { owner: "Tom", task: "Run the load test", due: "2026-05-12" },
      {
        owner: "Aisha",
        task: "Write to the eleven hotels and ask for gross prices",
        due: "2026-05-07",
      },
      { owner: "Tom", task: "Remove the language switch from the header", due: null },
    ],
  });
});

test("support_reply_drafter quotes the policies that answer the message, and no others", async () => {
  const { reply, sentiment } = await run("support_reply_drafter");
  expect(sentiment).toBe("negative");
  expect(reply).toStartWith("Hello Priya,");
  expect(reply).toContain("Broken items are replaced free of charge");
  expect(reply).not.toContain("vouchers");
});

test("compose_summary_keywords takes over what the programs that it uses have found", async () => {
  const text = inputOf("compose_summary_keywords");
  const extracted = await SHELF.modullm.run<Record<string, unknown>, Record<string, unknown>>(
    "extract_keywords.rllm",
    text,
  );
  const [summary, brief] = [await run("summary"), await run("compose_summary_keywords")];
  expect(brief["summary"]).toBe(summary["summary"]);
  expect(brief["keywords"]).toEqual(extracted["keywords"]);
});
