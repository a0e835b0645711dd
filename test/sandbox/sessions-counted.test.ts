/** Real sessions, opened all at once, as a caller that doesn't count would. */
import { afterEach, expect, test } from "bun:test";
import {
  createSandboxes,
  type Sandboxes,
  type SandboxesOptions,
} from "../../src/sandbox/sandboxes.ts";
import type { SandboxSession } from "../../src/sandbox/sandbox.ts";
import { makeFolder } from "../cli/command-line.ts";
import { gone, processesBelow } from "./suite/processes.ts";

const NEVER = new AbortController().signal;
const open: Sandboxes[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

function sandboxes(options: Partial<SandboxesOptions> = {}): Sandboxes {
  const folder = makeFolder();
  const settings = { require: null, trustedPython: false, experimental: false };
  const made = createSandboxes({
    settings: { ...settings, python: null, image: null },
    env: process.env,
    home: folder,
    cache: folder,
    ...options,
  });
  open.push(made);
  return made;
}

/** Opens sessions at once; tells how many stood open together at most. */
function openAll(count: number, from: Sandboxes) {
  const sessions: SandboxSession[] = [];
  let most = 0;
  const opening = Array.from({ length: count }, async () => {
    const session = await from.open("js", { permit: () => {} }, NEVER);
    sessions.push(session);
    most = Math.max(most, sessions.filter(({ alive }) => alive).length);
    return session;
  });
  return { opening, sessions, most: () => most };
}

test("of 24 sessions opened at once 16 stand, the others wait for an end", async () => {
  const before = new Set(processesBelow(process.pid).map(({ id }) => id));
  const { opening, sessions, most } = openAll(24, sandboxes());
  for (let closed = 0; closed < 8; closed++) {
    // Nobody can open before one ends: all that may stand do.
    while (sessions.length < 16 + closed) await Bun.sleep(5);
    expect(sessions.length).toBe(16 + closed);
    const outcome = await sessions[closed]?.run("result = { n: n + 1 }", { n: closed });
    expect(outcome).toMatchObject({ ok: true, value: { n: closed + 1 } });
    await sessions[closed]?.close();
  }
  await Promise.all(opening);
  expect([sessions.length, most()]).toEqual([24, 16]);
  const below = processesBelow(process.pid).filter(({ id }) => !before.has(id));
  // They are seen in /proc.
  if (process.platform === "linux") expect(below.length).toBeGreaterThanOrEqual(16);
  await Promise.all(sessions.map((session) => session.close()));
  expect(await gone(below)).toEqual([]);
}, 180_000);

test("sessions that nobody uses or closes end, and all get their turn", async () => {
  const { opening, sessions, most } = openAll(9, sandboxes({ sessions: 3, idleMs: 100 }));
  await Promise.all(opening);
  expect(most()).toBeLessThanOrEqual(3);
  while (sessions.some(({ alive }) => alive)) await Bun.sleep(5);
  expect(sessions).toHaveLength(9);
}, 180_000);
