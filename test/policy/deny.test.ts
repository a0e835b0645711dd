/** A policy that denies one kind of ask: nothing of that kind happens, and nothing else breaks. */
import { afterAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Action, ACTIONS } from "../../src/core/principal.ts";
import { createMachine, type Machine } from "../../src/machine.ts";
import type { Ask, Policy } from "../../src/policy/policy.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import { makeFolder, programText, worldOf } from "../cli/command-line.ts";
import { sampleFiles } from "../plugin/sample.ts";

const seen = { calls: 0, fetched: 0 };
beforeEach(() => {
  seen.calls = 0;
  seen.fetched = 0;
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

const provider = (async () => {
  seen.calls++;
  const message = { role: "assistant", content: '{"out": "ok"}' };
  return Response.json({ choices: [{ index: 0, finish_reason: "stop", message }] });
}) as unknown as typeof fetch;

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
  parent: [{ uses: "[{name: c, path: plain.rllm, with: {text: x}}]" }, "Hi {{uses.c.out}}"],
} as const;

async function appDenying(denied: Action) {
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
  const asked: Ask[] = [];
  const machine = createMachine();
  machines.push(machine);
  const app = await machine.workspace({
    env: worldOf(folder),
    cwd: folder,
    warn: () => {},
    fetch: provider,
    policy: denying(denied, asked),
  });
  async function run(name: keyof typeof PROGRAMS, input: object): Promise<unknown> {
    const loaded = await app.load(join(folder, `${name}.rllm`));
    return await app.run(loaded, input).then(
      ({ output }) => output,
      ({ code, details }: { code: string; details: object }) => ({ code, details }),
    );
  }
  return { app, run, asked, folder };
}

const GOOD = { out: "ok" };
const URL_OF = `http://127.0.0.1:${pictures.port}/a.gif`;
/** What each run gives where an action is denied; those that aren't named go well. */
const DENIED: Partial<Record<Action, readonly (keyof typeof RUNS)[]>> = {
  run: ["plain", "block", "file", "url", "parent"],
  "call-model": ["plain", "block", "file", "url", "parent"],
  egress: ["plain", "block", "file", "url", "parent"],
  read: ["file"],
  network: ["url"],
  sandbox: ["block"],
};
const RUNS = {
  plain: ["plain", { text: "x" }],
  block: ["block", { text: "x" }],
  file: ["picture", { file: "a.gif" }],
  url: ["picture", { file: URL_OF }],
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
    expect(inRuns).toBe(!["call-tool", "write", "manage"].includes(action));
    for (const other of ["write", "manage"] as const) {
      const attempt = (): void => app.permit(other, "x");
      if (other === action) expect(attempt).toThrow(`the rule "no-${other}" denies it`);
      else expect(attempt).not.toThrow();
    }
  });

test("a plugin is not started where calling tools is denied, nor asked about", async () => {
  const { app, run, asked, folder } = await appDenying("call-tool");
  for (const [name, text] of Object.entries(sampleFiles({}))) {
    const file = join(folder, ".modullm/plugins/sample", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const refused = await app.tools.model("sample/mirror").catch(String);
  expect(refused).toContain('"local" may not call "sample": the rule "no-call-tool" denies it');
  expect(asked.at(-1)).toMatchObject({
    action: "call-tool",
    resource: { name: "sample", facts: { kind: "plugin" } },
  });
  expect(await run("plain", { text: "x" })).toEqual(GOOD);
});
