import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { CALL_CASES } from "./suite/call-cases.ts";
import type { Case, Ground, Language } from "./suite/case.ts";
import { CONFINEMENT_CASES } from "./suite/confinement-cases.ts";
import { FAILURE_CASES } from "./suite/failure-cases.ts";
import { LIFETIME_CASES } from "./suite/lifetime-cases.ts";
import { LIMIT_CASES } from "./suite/limit-cases.ts";
import { gone, processesBelow } from "./suite/processes.ts";
import { SNIPPETS } from "./suite/snippets.ts";
import { VALUE_CASES } from "./suite/value-cases.ts";

const CASES = {
  ...VALUE_CASES,
  ...FAILURE_CASES,
  ...LIMIT_CASES,
  ...CALL_CASES,
  ...LIFETIME_CASES,
  ...CONFINEMENT_CASES,
} satisfies Record<string, Case>;

export type CaseName = keyof typeof CASES;

export interface SandboxSubject {
  readonly language: Language;
  /** Called once for each case; the suite closes what it gives. */
  create(): Promise<Sandbox> | Sandbox;
  /**
   * What of it is left on the machine beside child processes and files in the temporary folder,
   * such as containers. @default nothing
   */
  leftovers?(): Promise<readonly string[]>;
  /** Cases that do not apply to it, each with the reason. */
  readonly skip?: Partial<Record<CaseName, string>>;
  /** Leaves out all of them where it can't run on this machine. */
  readonly skipAll?: string | null;
}

/** Milliseconds for one case: machines are slow, and some cases open ten sessions. */
const CASE_MS = 60_000;

/**
 * The contract in `src/sandbox/sandbox.ts`: every sandbox passes it. After each case no process and
 * no file may be left.
 */
export function testSandbox(name: string, subject: SandboxSubject): void {
  describe(`sandbox ${name}`, () => {
    const before = process.env["TMPDIR"];
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "sandbox-suite-"));
      process.env["TMPDIR"] = folder;
    });
    afterAll(() => {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
      rmSync(folder, { recursive: true, force: true });
    });
    for (const [title, one] of Object.entries<Case>(CASES)) {
      const reason = subject.skipAll ?? reasonToSkip(title, one, subject);
      if (reason === null) test(title, () => runCase(one, subject, folder), CASE_MS);
      else test.skip(`${title} (not here: ${reason})`, () => {});
    }
  });
}

function reasonToSkip(title: string, one: Case, { language, skip }: SandboxSubject): string | null {
  if (one.only !== undefined && one.only !== language) return `only for ${one.only}`;
  return Object.entries(skip ?? {}).find(([name]) => name === title)?.[1] ?? null;
}

async function runCase(one: Case, subject: SandboxSubject, folder: string): Promise<void> {
  const before = processesBelow(process.pid);
  const sandbox = await subject.create();
  try {
    await one.check(createGround(sandbox, subject.language));
  } finally {
    await sandbox.close();
  }
  const started = processesBelow(process.pid).filter(
    (found) => !before.some(({ id }) => id === found.id),
  );
  expect(await gone(started)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
  expect((await subject.leftovers?.()) ?? []).toEqual([]);
}

function createGround(sandbox: Sandbox, language: Language): Ground {
  const never = new AbortController().signal;
  const ground: Ground = {
    sandbox,
    language,
    snippets: SNIPPETS[language],
    open: (options = {}, signal = never) =>
      sandbox.open({ ...options, limits: { timeoutMs: 5000, ...options.limits } }, signal),
    async run(code, { values = {}, ...options } = {}) {
      const session = await ground.open(options);
      try {
        return await session.run(code, values);
      } finally {
        await session.close();
      }
    },
  };
  return ground;
}
