import { expect, test } from "bun:test";
import type { Outcome, SandboxSession } from "../../src/sandbox/sandbox.ts";
import { createStandingSessions } from "../../src/sandbox/standing-sessions.ts";

const NEVER = new AbortController().signal;
const DONE = { ok: true, value: null, printed: "", printedDropped: 0, ms: 0 } as unknown as Outcome;

/** A session that says how often it was closed; a run ends when `finish` is called. */
function session() {
  const facts = { closed: 0, alive: true, finish: (): void => {} };
  const opened: SandboxSession = {
    level: "none",
    get alive() {
      return facts.alive;
    },
    run: async () => await new Promise((resolve) => (facts.finish = () => resolve(DONE))),
    close: async () => {
      facts.alive = false;
      facts.closed++;
    },
  };
  return { facts, opened };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test("sessions are counted: the next one waits for the end of another, or gives up", async () => {
  const standing = createStandingSessions({ most: 2, idleMs: 1e6 });
  const made = Array.from({ length: 5 }, () => session());
  let open = 0;
  const opening = made.map(async ({ opened }) => {
    const got = await standing.open(async () => opened, NEVER);
    open++;
    return got;
  });
  await until(() => open === 2);
  const gone = new AbortController();
  const impatient = standing.open(async () => session().opened, gone.signal);
  gone.abort(new Error("no more"));
  expect(await impatient.catch(String)).toBe("Error: no more");
  expect(open).toBe(2);
  for (const [index, each] of opening.entries()) {
    const got = await each;
    await Promise.all([got.close(), got.close()]);
    expect(made[index]?.facts.closed).toBe(1);
  }
  expect(open).toBe(5);
});

test("a session that nobody uses ends and gives its place back; one at work does not", async () => {
  const standing = createStandingSessions({ most: 1, idleMs: 15 });
  const { facts, opened } = session();
  const got = await standing.open(async () => opened, NEVER);
  const running = got.run("x", {});
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(facts.closed).toBe(0);
  facts.finish();
  await running;
  const next = await standing.open(async () => session().opened, NEVER);
  expect(facts.closed).toBe(1);
  await next.close();
});

test("one that fails to open, or dies, gives its place back at once", async () => {
  const standing = createStandingSessions({ most: 1, idleMs: 1e6 });
  const broken = async (): Promise<SandboxSession> => await Promise.reject(new Error("broken"));
  expect(await standing.open(broken, NEVER).catch(String)).toBe("Error: broken");
  const { facts, opened } = session();
  const got = await standing.open(async () => opened, NEVER);
  const running = got.run("x", {});
  facts.alive = false;
  facts.finish();
  await running;
  await (await standing.open(async () => session().opened, NEVER)).close();
});
