/** Commands under a policy that denies one kind of ask: the effects are counted, not the asks. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Action } from "../../src/core/principal.ts";
import { createPolicy, type Policy } from "../../src/policy/policy.ts";
import { makeFolder, modullm, programText } from "../cli/command-line.ts";
import { serveRegistry } from "../plugin/registry-server.ts";
import { sampleFiles } from "../plugin/sample.ts";

const PACKAGE = "modullm-plugin-sample";
const registry = serveRegistry({ [PACKAGE]: { "1.0.0": { files: sampleFiles() } } });
afterAll(() => registry.stop());

const seen: string[] = [];
const ollama = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname } = new URL(request.url);
    seen.push(pathname);
    if (pathname === "/api/tags") return Response.json({ models: [] });
    if (pathname === "/api/pull") return new Response('{"status": "success"}\n');
    const message = { role: "assistant", content: '{"out": "ok"}' };
    return Response.json({ model: "m", message, done: true, done_reason: "stop" });
  },
});
afterAll(() => ollama.stop(true));

const usual = createPolicy({ trustedPython: true, require: null });

function denying(denied: Action): Policy {
  return {
    decide: (ask) =>
      ask.action === denied
        ? { allow: false, code: "RLLM_021", rule: `no-${denied}` }
        : usual.decide(ask),
  };
}

/** The files below a folder that are the user's, or that commands keep for him. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .toSorted();
}

interface Case {
  readonly args: readonly string[];
  readonly denied: Action;
  /** Whether it ends otherwise than with RLLM_021: it goes on without. @default false */
  readonly goesOn?: true;
}

const SCHEMA = "{type: object, properties: {text: {type: string}}}";
const CASES: Readonly<Record<string, Case>> = {
  "plugins search": { args: ["plugins", "search", "sample"], denied: "network" },
  "plugins install": { args: ["plugins", "install", PACKAGE, "--yes"], denied: "network" },
  "a pull": {
    args: ["run", "pulls.rllm", "--ollama-auto-pull", "--text", "x"],
    denied: "network",
  },
  doctor: { args: ["doctor", "--json"], denied: "network", goesOn: true },
  "run --trace": { args: ["run", "plain.rllm", "--text", "x", "--trace", "t"], denied: "write" },
  new: { args: ["new", "fresh", "--template", "classify"], denied: "write" },
  "plugins new": { args: ["plugins", "new", "--lang", "python", "acme"], denied: "write" },
  onboard: { args: ["onboard", "--yes", "--model", "builtin/baseline"], denied: "write" },
  "runs rm": { args: ["runs", "rm", "--all"], denied: "manage" },
  "runs prune": { args: ["runs", "prune", "--older", "1d"], denied: "manage" },
  "cache clear": { args: ["cache", "clear"], denied: "manage" },
  trust: { args: ["trust"], denied: "manage" },
  "trust --remove": { args: ["trust", "--remove"], denied: "manage" },
  "plugins remove": { args: ["plugins", "remove", "sample"], denied: "manage" },
  "plugins test": { args: ["plugins", "test", "./sample"], denied: "call-tool" },
  "sandbox check": {
    args: ["sandbox", "check", "--language", "js", "--only", "redos"],
    denied: "sandbox",
  },
  run: { args: ["run", "plain.rllm", "--text", "x"], denied: "keep", goesOn: true },
};

function folderOf(): string {
  const front = { input_schema: SCHEMA, llm: "{model: builtin/baseline}" };
  const sample = Object.entries(sampleFiles()).map(([name, text]) => [`sample/${name}`, text]);
  return makeFolder({
    ...(Object.fromEntries(sample) as Record<string, string>),
    "plain.rllm": programText({ name: "plain", ...front }),
    "pulls.rllm": programText({ name: "pulls", ...front, llm: "{model: ollama/m}" }),
  });
}

const env = { ...registry.env, OLLAMA_HOST: `http://127.0.0.1:${ollama.port}` };

describe("a policy that denies", () => {
  for (const [name, { args, denied, goesOn }] of Object.entries(CASES))
    test(`"${denied}": ${name} does nothing of that kind`, async () => {
      const folder = folderOf();
      const before = filesIn(folder);
      registry.asked.length = 0;
      seen.length = 0;
      const outcome = await modullm(args, { folder, env, policy: denying(denied) });
      if (goesOn) expect(outcome.stdout).not.toContain("RLLM_021");
      else
        expect(outcome.json()).toMatchObject({
          error_code: "RLLM_021",
          details: { action: denied, rule: `no-${denied}` },
        });
      if (denied === "network") {
        expect(registry.asked).toEqual([]);
        expect(seen.filter((path) => name === "doctor" || path === "/api/pull")).toEqual([]);
      }
      if (denied === "write" || denied === "manage") expect(filesIn(folder)).toEqual(before);
      if (denied === "keep")
        expect(filesIn(folder).filter((path) => /^(?:data|state)\//.test(path))).toEqual([]);
    });

  test("none of these: the same commands do what they do", async () => {
    const folder = folderOf();
    for (const [name, { args }] of Object.entries(CASES).filter(([, { denied }]) =>
      ["network", "write", "keep"].includes(denied),
    )) {
      registry.asked.length = 0;
      seen.length = 0;
      const outcome = await modullm(args, { folder, env, policy: usual });
      expect([name, outcome.stdout.includes("RLLM_021")]).toEqual([name, false]);
      if (name.startsWith("plugins i")) expect(registry.asked.length).toBeGreaterThan(0);
      if (name === "a pull") expect(seen).toContain("/api/pull");
      if (name === "doctor") expect(seen).toContain("/api/tags");
    }
    for (const file of ["t", "fresh.rllm", "acme", "data/modullm/stats.db"])
      expect([file, existsSync(join(folder, file))]).toEqual([file, true]);
  });
});
