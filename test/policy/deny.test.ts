/** A policy that denies one kind of ask: nothing of that kind happens, and nothing else breaks. */
import { afterAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Action, ACTIONS } from "../../src/core/principal.ts";
import { createMachine, type Machine, type WorkspaceOptions } from "../../src/machine.ts";
import type { Ask, Policy } from "../../src/policy/policy.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import type { StartOptions } from "../../src/workspace.ts";
import { makeFolder, programText, worldOf } from "../cli/command-line.ts";
import { sampleFiles } from "../plugin/sample.ts";

const seen = { calls: 0, fetched: 0, results: [] as string[] };
beforeEach(() => {
  seen.calls = 0;
  seen.fetched = 0;
  seen.results = [];
});
const machines: Machine[] = [];
afterAll(async () => {
  for (const machine of machines) await machine.close();
});

/** The smallest picture there is. */
const GIF = "R0lGODlhAQABAAAAACw=";
const pictures = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch() {
    seen.fetched++;
    return new Response(Buffer.from(GIF, "base64"), { headers: { "content-type": "image/gif" } });
  },
});
afterAll(() => pictures.stop(true));

const provider = (async (_: unknown, { body }: { body: string }) => {
  seen.calls++;
  const { tools, messages } = JSON.parse(body) as {
    tools?: unknown;
    messages: readonly { role: string; content: string }[];
  };
  const result = messages.find(({ role }) => role === "tool");
  const message =
    tools === undefined || result
      ? { role: "assistant", content: '{"out": "ok"}' }
      : { role: "assistant", content: null, tool_calls: [CALL] };
  if (result) seen.results.push(result.content);
  return Response.json({ choices: [{ index: 0, finish_reason: "stop", message }] });
}) as unknown as typeof fetch;
const CALL = { id: "c", type: "function", function: { name: "plain", arguments: '{"text": "x"}' } };

const usual = createPolicy({ trustedPython: true, require: null });

function denying(denied: Action, asked: Ask[]): Policy {
  return {
    decide(ask) {
      asked.push(ask);
      return ask.action === denied
        ? { allow: false, code: "RLLM_021", rule: `no-${denied}` }
        : usual.decide(ask);
    },
  };
}

const BLOCK = "```rllm-js pre\nresult = { name: context.input.text }\n```\n";
const PICTURE = "{type: string, contentMediaType: image/*}";
const PROGRAMS = {
  plain: [{ cache: "7d" }, "Hi {{input.text}}"],
  block: [{}, `${BLOCK}Hi {{name}}`],
  picture: [
    { input_schema: `{type: object, properties: {file: ${PICTURE}}}` },
    "See {{input.file}}",
  ],
  desk: [{ tools: "[{program: plain.rllm}]" }, "Ask for {{input.text}}"],
  parent: [{ uses: "[{name: c, path: plain.rllm, with: {text: x}}]" }, "Hi {{uses.c.out}}"],
} as const;

async function appDenying(denied: Action) {
  const asked: Ask[] = [];
  return { ...(await appUnder(denying(denied, asked))), asked };
}

async function appUnder(policy: Policy, more: Partial<WorkspaceOptions> = {}) {
  const texts = Object.entries(PROGRAMS).map(([name, [front, body]]) => {
    const schema = "{type: object, properties: {text: {type: string}}}";
    const keys = { name, input_schema: schema, llm: "{model: s/m}", ...front };
    return [`${name}.rllm`, programText(keys, body)];
  });
  const base = 'base_url: "https://models.example/v1"';
  const folder = makeFolder({
    ...Object.fromEntries(texts),
    "config/modullm/config.yaml": `providers: {s: {type: openai, ${base}}}\nmedia: {hosts: [127.0.0.1]}\n`,
  });
  writeFileSync(join(folder, "a.gif"), Buffer.from(GIF, "base64"));
  const machine = createMachine();
  machines.push(machine);
  const app = await machine.workspace({
    env: worldOf(folder),
    cwd: folder,
    warn: () => {},
    fetch: provider,
    policy,
    ...more,
  });
  async function run(
    name: keyof typeof PROGRAMS,
    input: object,
    options: StartOptions = {},
  ): Promise<unknown> {
    const loaded = await app.load(join(folder, `${name}.rllm`));
    return await app.run(loaded, input, options).then(
      ({ output }) => output,
      ({ code, details }: { code: string; details: object }) => ({ code, details }),
    );
  }
  return { app, run, folder };
}

const GOOD = { out: "ok" };
const URL_OF = `http://127.0.0.1:${pictures.port}/a.gif`;
/** What each run gives where an action is denied; those that aren't named go well. */
const DENIED: Partial<Record<Action, readonly (keyof typeof RUNS)[]>> = {
  run: ["plain", "block", "file", "url", "desk", "parent"],
  "call-model": ["plain", "block", "file", "url", "desk", "parent"],
  egress: ["plain", "block", "file", "url", "desk", "parent"],
  read: ["file"],
  network: ["url"],
  sandbox: ["block"],
};
const RUNS = {
  plain: ["plain", { text: "x" }],
  block: ["block", { text: "x" }],
  file: ["picture", { file: "a.gif" }],
  url: ["picture", { file: URL_OF }],
  desk: ["desk", { text: "y" }],
  parent: ["parent", { text: "y" }],
} as const;

for (const action of ACTIONS)
  test(`a policy that denies "${action}" denies that, and nothing else`, async () => {
    const { app, run, asked, folder } = await appDenying(action);
    for (const [name, [program, input]] of Object.entries(RUNS)) {
      const before = { ...seen };
      const result = await run(program, input);
      if (!DENIED[action]?.some((each) => each === name)) expect(result).toEqual(GOOD);
      else {
        expect(result).toMatchObject({
          code: "RLLM_021",
          details: { action, rule: `no-${action}` },
        });
        expect(seen.calls).toBe(before.calls);
      }
    }
    expect(seen.fetched).toBe(action === "network" || action === "run" ? 0 : 1);
    if (action === "keep") {
      expect(await (await app.store()).answers.stats()).toMatchObject({ answers: 0 });
      expect(existsSync(join(folder, "data/modullm/stats.db"))).toBe(false);
    }
    const inRuns = asked.some((ask) => ask.action === action);
    expect(inRuns).toBe(!["write", "manage"].includes(action));
    // A tool that may not be called is a failed result: the model answers without it.
    const results = DENIED[action]?.some((each) => each === "desk") ? [] : [false];
    expect(seen.results.map((text) => text.includes("no-call-tool"))).toEqual(
      action === "call-tool" ? [true] : results,
    );
    for (const other of ["write", "manage"] as const) {
      const attempt = (): void => app.permit(other, "x");
      if (other === action) expect(attempt).toThrow(`the rule "no-${other}" denies it`);
      else expect(attempt).not.toThrow();
    }
  });

test("a plugin is not started where calling tools is denied, nor asked about", async () => {
  const { app, run, asked, folder } = await appDenying("call-tool");
  addSample(folder);
  const refused = await app.tools.model("sample/mirror").catch(String);
  expect(refused).toContain('"local" may not call "sample": the rule "no-call-tool" denies it');
  expect(asked.at(-1)).toMatchObject({
    action: "call-tool",
    resource: { name: "sample", facts: { kind: "plugin" } },
  });
  expect(await run("plain", { text: "x" })).toEqual(GOOD);
});

/** The usual policy, but for what `denies` picks. */
function but(denies: (ask: Ask) => boolean): Policy {
  return {
    decide: (ask) =>
      denies(ask) ? { allow: false, code: "RLLM_021", rule: "no-such" } : usual.decide(ask),
  };
}

function addSample(folder: string): void {
  for (const [name, text] of Object.entries(sampleFiles({}))) {
    const file = join(folder, ".modullm/plugins/sample", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

test("nobody is asked for trust where it may not be kept", async () => {
  const questions: string[] = [];
  const ask = async (question: string): Promise<boolean> => questions.push(question) > 0;
  const policy = but(({ action }) => action === "manage");
  const { app, folder } = await appUnder(policy, { ask });
  addSample(folder);
  expect(await app.tools.model("sample/mirror").catch((thrown: unknown) => thrown)).toMatchObject({
    code: "RLLM_021",
    details: { action: "manage", resource: "plugins.trust" },
  });
  expect(questions).toEqual([]);
  expect(existsSync(join(folder, "state/modullm"))).toBe(false);
});

for (const [what, place] of [
  ["a copy of its code", "cache"],
  ["a folder of its data", "data"],
] as const)
  test(`a plugin is not started where ${what} may not be written`, async () => {
    const written = (path: string): boolean => path.includes(`/${place}/modullm/`);
    const policy = but(({ action, resource }) => action === "write" && written(resource.name));
    const { app, folder } = await appUnder(policy, { ask: async () => true });
    addSample(folder);
    expect(await app.tools.model("sample/mirror").catch((thrown: unknown) => thrown)).toMatchObject(
      {
        code: "RLLM_021",
        details: { action: "write" },
      },
    );
    expect(existsSync(join(folder, place, "modullm/plugins"))).toBe(false);
  });

test("a model that fails leaves no record where nothing may be kept", async () => {
  for (const denied of [true, false]) {
    const policy = but(({ action }) => denied && action === "keep");
    const { run, folder } = await appUnder(policy, {
      fetch: (async () => new Response("", { status: 500 })) as unknown as typeof fetch,
    });
    expect(await run("plain", { text: "x" })).toMatchObject({ code: "RLLM_017" });
    expect(existsSync(join(folder, "state/modullm/breakers"))).toBe(!denied);
    expect(existsSync(join(folder, "cache/modullm/proofs"))).toBe(false);
  }
});

test("proofs are kept for other processes where something may be kept", async () => {
  for (const denied of [true, false]) {
    const { run, folder } = await appUnder(but(({ action }) => denied && action === "keep"));
    expect(await run("parent", { text: "x" })).toEqual(GOOD);
    expect(existsSync(join(folder, "cache/modullm/proofs"))).toBe(!denied);
  }
});

test("a policy hears what the data is marked with, and kept answers are of their labels", async () => {
  const asked: Ask[] = [];
  const decide = (ask: Ask) => {
    asked.push(ask);
    return ask.action === "egress" && ask.labels.includes("secret");
  };
  const { app, run } = await appUnder(but(decide));
  const marked = (labels: readonly string[]) => {
    return { scope: app.scope().within({ name: "marked", labels }) };
  };
  expect(await run("plain", { text: "x" }, marked(["secret", "eu"]))).toMatchObject({
    code: "RLLM_021",
    details: { action: "egress" },
  });
  expect(seen.calls).toBe(0);
  expect(new Set(asked.map(({ labels }) => labels.join(" ")))).toEqual(new Set(["", "eu secret"]));
  const keep = asked.find(({ action, labels }) => action === "keep" && labels.length > 0);
  expect(keep?.labels).toEqual(["eu", "secret"]);
  for (const [labels, calls] of [
    [["eu"], 1],
    [["eu"], 1],
    [[], 2],
    [["eu", "pii"], 3],
    [[], 3],
  ] as const) {
    expect(await run("plain", { text: "x" }, marked(labels))).toEqual(GOOD);
    expect([labels, seen.calls]).toEqual([labels, calls]);
  }
});
