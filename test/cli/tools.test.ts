/** What the commands say of a program's tools. */
import { describe, expect, test } from "bun:test";
import { makeFolder, modullm, programText } from "./command-line.ts";

const ENTRIES =
  "[{program: ./find.rllm, max_calls: 3}, {plugin: weather, only: [forecast]}, {program: no.rllm, as: gone}]";
const FIND = programText({ name: "find order", description: "Finds an order" });

function folderWith(tools: string, front: Record<string, string> = {}): string {
  return makeFolder({ "desk.rllm": programText({ tools, ...front }), "find.rllm": FIND });
}

describe("modullm inspect", () => {
  test("names tools, what they come from and what is missing", async () => {
    const folder = folderWith(ENTRIES, { tool_choice: "forecast" });
    const show = async (format: string) =>
      (await modullm(["inspect", "desk.rllm", "--format", format], { folder })).stdout;
    expect(JSON.parse(await show("json"))).toMatchObject({
      tools: [
        {
          name: "find_order",
          kind: "program",
          path: `${folder}/find.rllm`,
          description: "Finds an order",
          max_calls: 3,
          missing: null,
        },
        { name: "forecast", kind: "plugin", path: "weather" },
        { name: "gone", kind: "program", missing: expect.stringContaining("no such file") },
      ],
      tool_choice: "forecast",
      max_turns: 8,
    });
    expect(await show("text")).toContain(
      `tool    find_order: ${folder}/find.rllm\ntool    forecast: plugin weather\ntool    gone: `,
    );
    expect(await show("mermaid")).toBe(`flowchart TD
  p0["base 0.1.0<br/>local/test"]
  p1["find order 0.1.0<br/>local/test"]
  p2["weather<br/>plugin"]
  p3["no.rllm<br/>missing: there is no such file"]:::missing
  p0 -.->|"calls find_order(text)<br/>→ {out: string}"| p1
  p0 -.->|"calls forecast"| p2
  p0 -.->|"calls gone"| p3
  classDef missing stroke:#d1242f,stroke-dasharray:5 4
`);
    expect(await show("svg")).toContain("calls find_order(text)");
  });
});

describe("modullm validate", () => {
  test("reads tools down to the leaves, with the way there", async () => {
    const folder = makeFolder({
      "desk.rllm": programText({ tools: "[{program: ./find.rllm, as: find}]" }),
      "find.rllm": programText({ uses: "[{name: u, path: ./leaf.rllm}]" }),
      "leaf.rllm": programText({ input_schema: "{type: object, required: [n]}" }),
    });
    const refused = await modullm(["validate", "desk.rllm"], { folder });
    expect(refused.json()).toMatchObject({
      error_code: "RLLM_008",
      details: { chain: [{ name: "find", path: `${folder}/find.rllm` }] },
    });
  });

  test.each([
    ["[{program: ./find.rllm}, {program: ./find.rllm, as: find_order}]", "", "have one name"],
    ["[{program: ./find.rllm}]", "find_ordr", 'none of its tools. Did you mean "find_order"?'],
    ["[{plugin: w, only: [a, b]}]", "c", "none of its tools"],
    ["[{program: ./desk.rllm}]", "", "use each other"],
    ["[{program: ./none.rllm}]", "", "there is no such file"],
    ["[{program: ./quiet.rllm}]", "", "no letter or digit"],
    ["[{program: ./taken.rllm}]", "", "stands for reading on"],
  ])("refuses %s with tool_choice %p", async (tools, choice, message) => {
    const folder = makeFolder({
      "desk.rllm": programText({ tools, ...(choice === "" ? {} : { tool_choice: choice }) }),
      "find.rllm": FIND,
      "quiet.rllm": programText({ name: "注文" }),
      "taken.rllm": programText({ name: "read result" }),
    });
    const refused = await modullm(["validate", "desk.rllm"], { folder });
    expect(refused.exit).toBe(1);
    expect((refused.json() as { message: string }).message).toContain(message);
  });
});

describe("modullm run --dry-run", () => {
  test("shows what is offered, and counts it", async () => {
    const folder = folderWith("[{program: ./find.rllm}, {plugin: weather}]");
    const dry = await modullm(["run", "desk.rllm", "--text", "x", "--dry-run"], { folder });
    const bare = makeFolder({ "desk.rllm": programText() });
    const without = await modullm(["run", "desk.rllm", "--text", "x", "--dry-run"], {
      folder: bare,
    });
    const report = dry.json() as { prompt_tokens: number; notes: string[] };
    expect(report).toMatchObject({
      request: {
        messages: [{ role: "system" }, { role: "user" }],
        tools: { offers: [{ name: "find_order", description: "Finds an order" }], choice: "auto" },
      },
      tools: [{ name: "find_order", path: `${folder}/find.rllm`, max_calls: null }],
    });
    expect(report.notes).toContain('The tools of the plugin "weather" are not known here');
    const other = without.json() as { prompt_tokens: number; request: object };
    expect(report.prompt_tokens).toBeGreaterThan(other.prompt_tokens + 30);
    expect(other.request).not.toHaveProperty("tools");
  });
});

describe("modullm exectime", () => {
  test("tells how many calls of models a run may take", async () => {
    const folder = folderWith("[{program: ./find.rllm, max_calls: 3}]", { retries: "0" });
    const args = ["exectime", "desk.rllm", "--text", "x"];
    const told = await modullm(args, { folder });
    // Eight turns of the desk, and three runs of the tool with two retries each.
    expect(told.json()).toMatchObject({ dependency_count: 1, least_calls: 1, most_calls: 17 });
    const text = await modullm([...args, "--format", "text"], { folder });
    expect(text.stdout).toMatch(/Calls +1 to 17\n/);
  });
});
