import { describe, expect, test } from "bun:test";
import { makeFolder, modullm, programText } from "../cli/command-line.ts";

const TEXT = "{type: object, properties: {text: {type: string}}}";

/** Each program uses the next one twice. */
function diamond(depth: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: depth }, (_, index) => {
      const next = `p${index + 1}.rllm`;
      const uses = `[{name: a, path: ./${next}, with: {text: "{{input.text}}"}}, {name: b, path: ./${next}, with: {text: "{{input.text}}x"}}]`;
      const front = {
        name: `p${index}`,
        input_schema: TEXT,
        output_schema: TEXT,
        llm: "{model: s/m}",
      };
      return [
        `p${index}.rllm`,
        programText(index === depth - 1 ? front : { ...front, uses }, "Hi {{input.text}}"),
      ];
    }),
  );
}

interface Entry {
  dry_run: Shown | null;
  times: number | null;
}
interface Shown {
  program: string;
  uses: Entry[];
  notes: string[];
}

function shownIn(dry: Shown): Shown[] {
  return [dry, ...dry.uses.flatMap(({ dry_run: child }) => (child ? shownIn(child) : []))];
}

describe("run --dry-run", () => {
  test("is linear in the programs: what one uses is shown where it stands first", async () => {
    const folder = makeFolder(diamond(24));
    const outcome = await modullm(["run", "p0.rllm", "--text", "x", "--dry-run"], { folder });
    expect(outcome.exit).toBe(0);
    const shown = shownIn(outcome.json() as Shown);
    expect(shown).toHaveLength(47);
    expect(new Set(shown.map(({ program }) => program)).size).toBe(24);
    const again = shown.filter(({ notes }) => notes.some((note) => note.includes("stands first")));
    expect(again).toHaveLength(22);
    expect(outcome.stderr).toContain("one run of it would be 16,777,215 runs of 24 programs");
  });

  test("and exectime says how many runs a tree would be that is too large", async () => {
    const folder = makeFolder(diamond(24));
    const outcome = await modullm(["exectime", "p0.rllm", "--text", "x"], { folder });
    expect(outcome.json()).toMatchObject({
      error_code: "RLLM_008",
      details: { runs: 16_777_215, programs: 24 },
    });
  });

  const PRICES = "models: {s/m: {input_price: 0.1, output_price: 0.2}}\n";
  async function dry(budget: string | null, front: Record<string, string> = {}) {
    const keys = { name: "p", input_schema: TEXT, output_schema: TEXT, llm: "{model: s/m}" };
    const folder = makeFolder({
      "config/modullm/config.yaml": PRICES,
      "p.rllm": programText({ ...keys, ...front }, "Hi {{input.text}} ".repeat(20)),
      "c.rllm": programText({ ...keys, name: "c" }, "Hi {{input.text}}"),
    });
    const args = ["run", "p.rllm", "--text", "x", "--dry-run"];
    const outcome = await modullm(budget === null ? args : [...args, "--budget", budget], {
      folder,
    });
    expect(outcome.exit).toBe(0);
    return outcome.json() as {
      budget: { limit: object; refused: string | null } | null;
      cost_usd: { prompt: number; at_most: number | null };
      prompt_tokens: number;
    };
  }

  test("says whether a budget would refuse the run, and why", async () => {
    expect((await dry(null)).budget).toBeNull();
    expect((await dry("usd=0.5,calls=3")).budget).toEqual({
      limit: { usd: 0.5, calls: 3 },
      refused: null,
    });
    const { budget } = await dry("usd=0.00001");
    expect(budget?.limit).toEqual({ usd: 0.00001 });
    expect(budget?.refused).toStartWith(
      "The budget of the whole run allows $0.00001: $0 is spent, and the next call would take $",
    );
    const uses = "[{name: c, path: ./c.rllm, with: {text: x}}]";
    expect((await dry("calls=1", { uses })).budget?.refused).toStartWith(
      "The budget of the whole run allows 1 call: 1 call is spent, and the next call would take 1",
    );
    expect((await dry("calls=2", { uses })).budget?.refused).toBeNull();
    const params = { llm_params: "{extra_body: {max_tokens: 9}}" };
    expect((await dry("tokens=9000", params)).budget?.refused).toContain("extra_body.max_tokens");
    expect((await dry(null, { budget: "{tokens: 20}" })).budget?.refused).toContain(
      'of "p" allows',
    );
  });

  test("shows dollars without the noise of binary fractions", async () => {
    const { cost_usd: cost, prompt_tokens: tokens } = await dry(null, {
      llm_params: "{n: 3, max_tokens: 7}",
    });
    expect(String(cost.prompt).length).toBeLessThan(14);
    expect(cost.prompt).toBeCloseTo((tokens * 0.1) / 1e6, 12);
    expect(cost.at_most).toBeCloseTo((tokens * 0.1 + 21 * 0.2) / 1e6, 12);
  });
});
