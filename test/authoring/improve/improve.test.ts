import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomFrom, shuffled } from "../../../src/core/random.ts";
import { splitTests } from "../../../src/authoring/improve/split.ts";
import { drawMessages, PROGRAM, type Script, scriptedWorld, shownTo } from "./scripted.ts";

const SEEDS = [1, 2, 3, 4];
const TESTS = 24;

interface Report {
  improved: boolean;
  reason: string | null;
  change: {
    prompt: string | null;
    system: string | null;
    examples: { input: { text: string } }[];
  } | null;
  gain: { value: number; interval: [number, number] } | null;
  passed: { before: number; after: number | null };
  tests: { held_out: number; training: number };
  diff: string | null;
  written: string | null;
}

/** A rule, and rules that help nothing, in an order of the seed's. */
function offersWith(rule: string | null, seed: number): readonly string[] {
  const idle = ["Think twice.", "Be short.", "Mind the tone."];
  return shuffled([...idle, rule ?? "Read it again."], randomFrom(seed));
}

/** Words that stand in a fifth of the messages or more. */
function commonWord(messages: readonly (readonly [string, string])[], seed: number): string {
  const words = messages.flatMap(([text]) => text.split(" ").slice(0, 4));
  const counts = Map.groupBy(words, (word) => word);
  const common = [...counts].filter(([, all]) => all.length * 4 >= messages.length);
  return shuffled(common, randomFrom(seed))[0]?.[0] ?? "";
}

/** The part that is held out, where every test fails at first. */
function heldOutOf(
  messages: readonly (readonly [string, string])[],
  seed: number,
): ReadonlySet<string> {
  const tests = messages.map(([text], id) => ({
    id,
    file: "",
    test: { name: `m${id}`, input: { text }, model: null, expectations: [], textual: false },
  }));
  const { heldOut } = splitTests(tests, {
    holdout: null,
    random: randomFrom(seed),
    passes: () => false,
    isSeen: () => false,
  });
  return new Set(heldOut.map(({ id }) => messages[id]?.[0] ?? ""));
}

async function improved(seed: number, script: Script, ...args: string[]) {
  const messages = drawMessages(TESTS, seed);
  const world = scriptedWorld(messages, script);
  const outcome = await world.run(["--seed", String(seed), "--yes", ...args]);
  return { ...world, outcome, messages, report: outcome.json() as Report };
}

describe("improve() with a model whose best prompt is known", () => {
  test.each(SEEDS)("finds the example that it needs (seed %d)", async (seed) => {
    const word = commonWord(drawMessages(TESTS, seed), seed);
    const { report, file, outcome } = await improved(seed, {
      isRight: ({ examples }) => examples.some((text) => text.split(" ").includes(word)),
      offers: offersWith(null, seed),
    });
    expect(outcome.exit).toBe(0);
    expect(report.improved).toBe(true);
    expect(report.change?.prompt).toBeNull();
    expect(report.change?.examples.length).toBe(1);
    expect(report.change?.examples[0]?.input.text.split(" ")).toContain(word);
    expect(report.gain?.interval[0]).toBeGreaterThan(0);
    expect(readFileSync(file("sort.rllm"), "utf8")).toContain("examples:\n  - ");
  });

  test.each(SEEDS)("finds the instruction that it needs (seed %d)", async (seed) => {
    const rule = `Rule ${seed}: copper is for billing.`;
    const { report, file } = await improved(seed, {
      isRight: ({ instruction }) => instruction.includes(rule),
      offers: offersWith(rule, seed),
    });
    expect(report.improved).toBe(true);
    expect(report.change?.prompt).toStartWith(rule);
    expect(report.change?.examples).toEqual([]);
    const text = readFileSync(file("sort.rllm"), "utf8");
    expect(text.replace(`${rule}\n`, "")).toBe(PROGRAM);
  });

  test.each(SEEDS)("finds both where only both together help (seed %d)", async (seed) => {
    const rule = `Rule ${seed}: copper is for billing.`;
    const word = commonWord(drawMessages(TESTS, seed), seed);
    const { report } = await improved(seed, {
      isRight: ({ instruction, examples }) =>
        instruction.includes(rule) && examples.some((text) => text.split(" ").includes(word)),
      offers: offersWith(rule, seed),
    });
    expect(report.improved).toBe(true);
    expect(report.change?.prompt).toStartWith(rule);
    expect(report.change?.examples.length).toBe(1);
  });

  test.each(SEEDS)("refuses what helps in training only (seed %d)", async (seed) => {
    const held = heldOutOf(drawMessages(TESTS, seed), seed);
    const rule = "Rule 0: learnt by heart.";
    const { report, file } = await improved(seed, {
      isRight: ({ instruction, input }) => instruction.includes(rule) && !held.has(input),
      offers: offersWith(rule, seed),
    });
    expect(report.tests.held_out).toBe(held.size);
    expect({ improved: report.improved, reason: report.reason, gain: report.gain?.value }).toEqual({
      improved: false,
      reason: "not-held-out",
      gain: 0,
    });
    expect(readFileSync(file("sort.rllm"), "utf8")).toBe(PROGRAM);
  });

  test.each(SEEDS)(
    "takes what holds, beside what helps in training only (seed %d)",
    async (seed) => {
      const held = heldOutOf(drawMessages(TESTS, seed), seed);
      const [rote, rule] = ["Rule 0: learnt by heart.", "Rule 1: understood."];
      const { report } = await improved(seed, {
        isRight: ({ instruction, input }) =>
          instruction.includes(rule) || (instruction.includes(rote) && !held.has(input)),
        offers: shuffled([rote, rule, "Be short."], randomFrom(seed)),
      });
      expect(report.change?.prompt).toStartWith(rule);
    },
  );

  test.each(SEEDS)("changes nothing where nothing helps (seed %d)", async (seed) => {
    const random = randomFrom(seed);
    const lucky = new Set(
      drawMessages(TESTS, seed).flatMap(([text]) => (random() < 0.3 ? [text] : [])),
    );
    const { report, file, outcome } = await improved(seed, {
      isRight: ({ input }) => lucky.has(input),
      offers: offersWith(null, seed),
    });
    expect({ exit: outcome.exit, reason: report.reason, change: report.change }).toEqual({
      exit: 0,
      reason: "nothing-better",
      change: null,
    });
    expect(readFileSync(file("sort.rllm"), "utf8")).toBe(PROGRAM);
  });

  test.each(SEEDS)(
    "learns from its own passing runs, where half of them pass (seed %d)",
    async (seed) => {
      const messages = drawMessages(48, seed);
      const random = randomFrom(seed);
      const lucky = new Set(messages.flatMap(([text]) => (random() < 0.5 ? [text] : [])));
      const word = commonWord(messages, seed);
      const world = scriptedWorld(messages, {
        isRight: ({ input, examples }) =>
          lucky.has(input) || examples.some((text) => text.split(" ").includes(word)),
        offers: offersWith(null, seed),
        expect: (team) => `{$.team: {matches: "^${team}$"}}`,
      });
      const report = (await world.run(["--seed", String(seed)])).json() as Report;
      expect(report.improved).toBe(true);
      const [example] = report.change?.examples ?? [];
      expect(lucky.has(example?.input.text ?? "")).toBe(true);
      expect(example?.input.text.split(" ")).toContain(word);
    },
  );

  test("changes nothing where answers are right by chance, but for one time in twenty", async () => {
    const ROUNDS = 20;
    let changed = 0;
    for (let seed = 0; seed < ROUNDS; seed++) {
      const { report } = await improved(
        seed,
        {
          isRight: ({ input, examples, instruction }) =>
            Bun.hash(`${seed} ${input} ${examples.join(" ")} ${instruction}`) % 2n === 0n,
          offers: offersWith(null, seed),
        },
        "--trials",
        "12",
      );
      if (report.improved) changed++;
    }
    expect(changed).toBeLessThanOrEqual(ROUNDS / 20);
  }, 120_000);

  test("shows no held-out test to the proposer, and makes no example of one", async () => {
    const rule = "Rule 5.";
    const { asked, messages } = await improved(5, {
      isRight: ({ instruction }) => instruction.includes(rule),
      offers: ["Be short.", "Be kind.", rule],
    });
    const held = heldOutOf(messages, 5);
    const shown = shownTo(asked);
    expect(messages.some(([text]) => shown.includes(text))).toBe(true);
    for (const text of held) expect(shown).not.toContain(text);
    const examples = asked.flatMap((each) => each.messages.slice(0, -1));
    for (const text of held)
      expect(examples.filter(({ content }) => content.endsWith(text))).toEqual([]);
  });
});

describe("modullm improve", () => {
  const rule = "Rule 7.";
  const script: Script = {
    isRight: ({ instruction }) => instruction.includes(rule),
    offers: ["Be short.", rule],
  };

  test("gives the same bytes for a seed, and asks nothing again", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), script);
    const first = await world.run();
    const { length } = world.asked;
    const second = await world.run();
    expect(second.stdout).toBe(first.stdout);
    expect(world.asked.length).toBe(length);
    await world.run(["--restart"]);
    expect(world.asked.length).toBe(2 * length);
  });

  test("writes nothing without a yes", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), script);
    const piped = await world.run();
    expect((piped.json() as Report).written).toBeNull();
    expect(piped.stderr).toContain("--yes");
    const refused = await world.run([], { typed: "n\n" });
    expect(refused.stdout).toContain(`+${rule}`);
    expect(refused.stderr).toContain("Nothing was written");
    const json = await world.run(["--format", "json"], { typed: "n\n" });
    expect(json.stderr).toContain(`+${rule}`);
    expect(readFileSync(world.file("sort.rllm"), "utf8")).toBe(PROGRAM);
    await world.run([], { typed: "y\n" });
    expect(readFileSync(world.file("sort.rllm"), "utf8")).toContain(rule);
  });

  test("writes elsewhere with --output", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), script);
    const { exit } = await world.run(["--output", "better.rllm", "--yes"]);
    expect(exit).toBe(0);
    expect(readFileSync(world.file("sort.rllm"), "utf8")).toBe(PROGRAM);
    expect(readFileSync(world.file("better.rllm"), "utf8")).toContain(rule);
    expect((await world.run(["--output", "better.rllm", "--yes"])).exit).toBe(2);
  });

  test("leaves recordings behind on which the tests pass", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), script);
    await world.test("--record");
    const before = world.asked.length;
    await world.run(["--yes"]);
    expect(world.asked.filter(({ model }) => model === "test").length).toBeGreaterThan(before);
    const replayed = await world.test();
    expect(replayed.exit).toBe(0);
  });

  test("calls nothing with --dry-run", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), script);
    const { exit, json } = await world.run(["--dry-run"]);
    expect({ exit, ...(json() as object) }).toMatchObject({ exit: 0, tests: TESTS });
    expect(world.asked.length).toBe(0);
  });

  test("says how many tests are wanting", async () => {
    const world = scriptedWorld(drawMessages(7, 7), script);
    const { exit, stdout } = await world.run();
    expect(exit).toBe(1);
    expect(stdout).toContain("RLLM_016");
    expect(stdout).toContain("7 tests, and 10 are needed");
    expect(stdout).toContain("--generate 3");
    const strict = await scriptedWorld(drawMessages(12, 7), script).run(["--holdout", "0.3"]);
    expect(strict.stdout).toContain("12 tests, and 19 are needed");
  });

  test("ends early where every test passes, and where too few fail", async () => {
    const fine = scriptedWorld(drawMessages(12, 7), { isRight: () => true, offers: [] });
    expect(((await fine.run()).json() as Report).reason).toBe("all-pass");
    expect(fine.asked.length).toBe(12);
    const messages = drawMessages(20, 7);
    const few = scriptedWorld(messages, {
      isRight: ({ input }) => !messages.slice(0, 4).some(([text]) => text === input),
      offers: [rule],
    });
    expect(((await few.run()).json() as Report).reason).toBe("few-failures");
    expect(few.asked.length).toBe(20);
  });

  test("works with ten tests", async () => {
    const world = scriptedWorld(drawMessages(10, 7), script);
    const report = (await world.run()).json() as Report;
    expect({ improved: report.improved, ...report.tests }).toMatchObject({
      improved: true,
      held_out: 6,
      training: 4,
    });
  });

  test("keeps to its budget", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), { isRight: () => false, offers: [rule] });
    const { exit, json } = await world.run(["--budget", "calls=60"]);
    expect({ exit, reason: (json() as Report).reason }).toEqual({ exit: 0, reason: "budget" });
    expect(world.asked.length).toBeLessThanOrEqual(60);
    const tiny = await world.run(["--restart", "--budget", "calls=5"]);
    expect(tiny.stdout).toContain("RLLM_020");
  });

  test("tries examples alone where the model knows no language", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), script);
    const { stderr, json } = await world.run(["--proposer", "builtin/baseline"]);
    expect(stderr).toContain("only examples are tried");
    expect((json() as Report).reason).toBe("nothing-better");
    expect(world.asked.some(({ model }) => model === "proposer")).toBe(false);
  });

  test("stopped, says how to go on, and goes on there", async () => {
    const whole = scriptedWorld(drawMessages(TESTS, 7), script);
    const expected = (await whole.run()).json();
    const stop = new AbortController();
    let right = 0;
    const world = scriptedWorld(drawMessages(TESTS, 7), {
      ...script,
      isRight(prompt) {
        if (++right === 30) stop.abort();
        return script.isRight(prompt);
      },
    });
    const cut = await world.run([], { signal: stop.signal });
    expect(cut.exit).toBe(130);
    expect(cut.stderr).toContain("the same command goes on");
    const resumed = await world.run();
    const { path: _, ...rest } = resumed.json() as Report & { path: string };
    expect(expected).toMatchObject(rest);
    // Those that were under way when it was stopped are asked again.
    expect(world.asked.length).toBeLessThanOrEqual(whole.asked.length + 4);
  });

  test("goes on behind a line that was cut", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), script);
    const first = await world.run();
    const folder = join(world.folder, "state/modullm/improve");
    const [journal = ""] = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
    const path = join(folder, journal);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.slice(0, Math.floor(text.length / 2)));
    expect((await world.run()).stdout).toBe(first.stdout);
  });

  test("writes nothing over a file that was changed in the meantime", async () => {
    const path = { now: "" };
    const world = scriptedWorld(drawMessages(TESTS, 7), {
      ...script,
      isRight(prompt) {
        if (path.now !== "") writeFileSync(path.now, `${PROGRAM}\nPlease.\n`);
        return script.isRight(prompt);
      },
    });
    path.now = world.file("sort.rllm");
    const { exit, stdout } = await world.run(["--yes"]);
    expect({ exit, told: stdout.includes("changed in the meantime") }).toEqual({
      exit: 1,
      told: true,
    });
    expect(readFileSync(path.now, "utf8")).toEndWith("Please.\n");
  });

  test("writes a program that names others only beside them", async () => {
    const shared = PROGRAM.replace(
      /output_schema:[\s\S]*?llm:/,
      "output_schema: {$ref: ./types.json#/Team}\nllm:",
    );
    const types =
      '{"Team": {"type": "object", "properties": {"team": {"type": "string"}}, "required": ["team"]}}';
    const world = scriptedWorld(drawMessages(TESTS, 7), script, {
      "sort.rllm": shared,
      "types.json": types,
    });
    const { exit, stderr } = await world.run(["--output", "sub/better.rllm", "--yes"]);
    expect(exit).toBe(2);
    expect(stderr).toContain("names files beside it");
    const report = (await world.run(["--output", "better.rllm", "--yes"])).json() as Report;
    expect(report.improved).toBe(true);
  });

  test("keeps secrets out of the program and from the proposer", async () => {
    const secret = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789";
    const messages = drawMessages(TESTS, 7).map(
      ([text, team], at) => [at % 2 === 0 ? `${secret} ${text}` : text, team] as const,
    );
    const world = scriptedWorld(messages, {
      isRight: ({ examples }) => examples.length > 0,
      offers: ["Be short."],
    });
    await world.run(["--yes"]);
    expect(shownTo(world.asked)).not.toContain(secret);
    expect(readFileSync(world.file("sort.rllm"), "utf8")).not.toContain(secret);
    expect(existsSync(world.file("sort.rllm"))).toBe(true);
  });

  test("tells the proposer of past failures, but of none with a held-out input", async () => {
    const messages = drawMessages(TESTS, 7);
    const world = scriptedWorld(messages, {
      isRight: script.isRight,
      offers: script.offers,
      broken: ["a mail that is no mail", ...messages.map(([text]) => text)],
    });
    for (const text of [...messages.map(([each]) => each), "a mail that is no mail"])
      await world.runOnce(text);
    world.mend();
    await world.run();
    const shown = shownTo(world.asked);
    expect(shown).toContain("RLLM_013");
    expect(shown).toContain("a mail that is no mail");
    for (const text of heldOutOf(messages, 1)) expect(shown).not.toContain(text);
  });

  test("asks once more where no proposal can be used, and says why", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), {
      ...script,
      propose: (prompt, shown) =>
        shown.includes("is gone")
          ? [`${rule}\n${prompt}`]
          : [
              "No placeholder.",
              `${prompt} {{input.other}}`,
              `${prompt}\n<<<SYSTEM>>>\nBe kind.`,
              prompt,
            ],
    });
    const report = (await world.run()).json() as Report;
    expect(report.change?.prompt).toStartWith(rule);
    const shown = shownTo(world.asked);
    expect(shown).toContain("the placeholder {{input.text}} is gone");
    expect(shown).toContain("the placeholder {{input.other}} is new");
    expect(shown).toContain("a line of it starts a section or a block");
    expect(shown).toContain("a prompt is as it was");
  });

  test("goes on with examples alone where the proposer gives nothing of use", async () => {
    const world = scriptedWorld(drawMessages(TESTS, 7), {
      isRight: ({ examples }) => examples.length > 0,
      offers: [],
      propose: () => [],
    });
    const { stderr, json } = await world.run();
    expect((json() as Report).improved).toBe(true);
    expect(stderr).toContain("The proposer gave nothing new");
  });

  test("makes examples of a table, typed as the contract says", async () => {
    const rows = Array.from(
      { length: TESTS },
      (_, at) => `"mail no ${at}",${at % 3},${at % 2 === 0}`,
    );
    const table = PROGRAM.replace(
      "{team: {enum: [billing, technical, sales]}}",
      "{count: {type: integer}, urgent: {type: boolean}}",
    ).replace("required: [team]", "required: [count, urgent]");
    const cases =
      "- {name: row, cases: cases.csv, input: {text: '{{case.text}}'}, expect: {count: '{{case.count}}', urgent: '{{case.urgent}}'}}\n";
    const world = scriptedWorld(
      [],
      {
        isRight: () => false,
        offers: [],
        answer({ messages }) {
          const at = Number(/no (\d+)$/.exec(messages.at(-1)?.content ?? "")?.[1]);
          const knows = messages.length > 1;
          return JSON.stringify({ count: knows ? at % 3 : 9, urgent: at % 2 === 0 });
        },
      },
      {
        "sort.rllm": table,
        "sort.test.yaml": cases,
        "cases.csv": `text,count,urgent\n${rows.join("\n")}\n`,
      },
    );
    const report = (await world.run(["--proposer", "builtin/baseline"])).json() as {
      change: {
        examples: { input: { text: string }; output: { count: number; urgent: boolean } }[];
      };
    };
    const [example] = report.change.examples;
    const at = Number(/\d+/.exec(example?.input.text ?? "")?.[0]);
    expect(example?.output).toEqual({ count: at % 3, urgent: at % 2 === 0 });
  });
});
