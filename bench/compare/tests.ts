import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Measured, measure, median, timesText } from "./measure.ts";
import { ownTests, PROGRAM, promptfooTests } from "./program.ts";
import type { Promptfoo } from "./promptfoo.ts";
import { type ScriptedServer, serve } from "./server.ts";

const ROUNDS = 3;
/** Milliseconds that the server takes for a reply. */
const DELAY = 20;

interface Contestant {
  readonly name: string;
  /** Forgets all answers. */
  forget(): void;
  /** All tests, for the first time. */
  first(): Promise<Measured>;
  /** All tests, once more. */
  again(): Promise<Measured>;
}

const KINDS = ["first", "again", "offline"] as const;
type Kind = (typeof KINDS)[number];
export type TestTimes = Readonly<Record<Kind, Measured>>;

export interface TestsOptions {
  readonly binary: string;
  readonly folder: string;
  readonly promptfoo: Promptfoo;
}

/** The same ten tests: the first time, once more, and once more without a server. */
export async function compareTests(options: TestsOptions): Promise<Record<string, TestTimes>> {
  const server = serve({ delay: DELAY, faulty: false });
  const contestants = [own(options, server), other(options, server)];
  const runs = contestants.map((): Runs => ({ first: [], again: [], offline: [] }));
  for (let round = 0; round < ROUNDS; round++)
    for (const [at, { forget, first, again }] of contestants.entries()) {
      forget();
      runs[at]?.first.push({ ...(await first()), requests: server.take() });
      runs[at]?.again.push({ ...(await again()), requests: server.take() });
    }
  await server.stop();
  for (const [at, { again }] of contestants.entries())
    runs[at]?.offline.push({ ...(await again()), requests: server.take() });
  const times: Record<string, TestTimes> = {};
  for (const [at, { name }] of contestants.entries()) {
    const { first = [], again = [], offline = [] } = runs[at] ?? {};
    times[name] = { first: median(first), again: median(again), offline: median(offline) };
    for (const [kind, all] of Object.entries({ first, again, offline }))
      console.log(
        `  ${name.padEnd(10)} ${kind.padEnd(8)} ${timesText(median(all))}, ` +
          `${Math.max(...all.map(({ requests }) => requests))} requests`,
      );
  }
  return times;
}

type Runs = Record<Kind, (Measured & { readonly requests: number })[]>;

function own({ binary, folder }: TestsOptions, { url }: ScriptedServer): Contestant {
  const cwd = place(folder, "modullm", { "sort.rllm": PROGRAM, "sort.test.yaml": ownTests() });
  const env = { ...home(cwd), LOCAL_API_BASE: url };
  return {
    name: "modullm",
    forget: () => rmSync(join(cwd, "sort.recordings.jsonl"), { force: true }),
    first: () => measure([binary, "test", "--record"], { cwd, env }),
    again: () => measure([binary, "test"], { cwd, env }),
  };
}

function other({ folder, promptfoo }: TestsOptions, { url }: ScriptedServer): Contestant {
  const cwd = place(folder, "promptfoo", { "promptfooconfig.yaml": promptfooTests(url) });
  const state = join(cwd, "state");
  const env = {
    ...home(cwd),
    PROMPTFOO_CONFIG_DIR: state,
    PROMPTFOO_DISABLE_TELEMETRY: "1",
    PROMPTFOO_DISABLE_UPDATE: "1",
    PROMPTFOO_DISABLE_REMOTE_GENERATION: "1",
    NO_COLOR: "1",
  };
  const words = [...promptfoo.words, "eval", "--no-progress-bar", "--output", "report.json"];
  const run = () => measure(words, { cwd, env });
  return {
    name: "promptfoo",
    forget: () => rmSync(state, { recursive: true, force: true }),
    first: run,
    again: run,
  };
}

function place(folder: string, name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

/** Nothing of the user's own has a part in it. */
function home(folder: string): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", HOME: folder };
}
