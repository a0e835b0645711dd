import { beforeAll, expect, test } from "bun:test";
import { openAiClient, scaledClient } from "../../scripts/failover/clients.ts";
import { startFaultServer } from "../../scripts/failover/fault-server.ts";
import { type Mark, observeAll, type Score } from "../../scripts/failover/score.ts";
import { SCENARIOS } from "../../scripts/failover/scenarios.ts";

/** A twentieth of the true times, which `npm run failover` takes. */
const SCALE = 0.05;

let own: readonly Score[] = [];
let plain: readonly Score[] = [];

beforeAll(async () => {
  const servers = await Promise.all([startFaultServer(SCALE), startFaultServer(SCALE)]);
  const [ours, theirs] = servers;
  const clients = [await scaledClient(ours.url, SCALE), await openAiClient(theirs.url, SCALE)] as const;
  try {
    own = await observeAll(clients[0], ours, { scale: SCALE, atOnce: 8 });
    plain = await observeAll(clients[1], theirs, { scale: SCALE, atOnce: 8 });
  } finally {
    for (const client of clients) client.close();
    for (const server of servers) server.close();
  }
}, 60_000);

for (const { id, what } of SCENARIOS) {
  test(`${id}: ${what}`, () => {
    const score = own.find(({ scenario }) => scenario.id === id);
    expect([score?.mark, score?.missed]).toEqual(["pass", []]);
  });
}

test("the scorer gives the openai package what is known of it: 6 pass, 10 safe", () => {
  const marks = plain.map(({ scenario, mark }) => [scenario.id, mark] as const);
  const of = (wanted: Mark) => marks.filter(([, mark]) => mark === wanted).map(([id]) => id);
  expect([of("pass"), of("partial"), of("fail")]).toEqual([["S01", "S03", "S05", "S07", "S11", "S13"], [], []]);
  expect(of("safe")).toHaveLength(10);
});
