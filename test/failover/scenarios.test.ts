import { beforeAll, describe, expect, test } from "bun:test";
import { type Client, openAiClient, scaledClient } from "../../scripts/failover/clients.ts";
import { startFaultServer } from "../../scripts/failover/fault-server.ts";
import { type Mark, observeAll, type Score } from "../../scripts/failover/score.ts";
import { type Scenario, SCENARIOS } from "../../scripts/failover/scenarios.ts";
import { slowness } from "../patience.ts";

/**
 * A twentieth of the true times, which `npm run failover` takes; more on a busy machine, where
 * milliseconds mean less.
 */
const SCALE = Math.min(0.5, 0.05 * slowness());

async function scoresOf(
  connect: (url: string) => Promise<Client>,
  scenarios: readonly Scenario[] = SCENARIOS,
): Promise<readonly Score[]> {
  const server = await startFaultServer(SCALE);
  const client = await connect(server.url);
  try {
    return await observeAll(client, server, { scale: SCALE, atOnce: 8, scenarios });
  } finally {
    client.close();
    server.close();
  }
}

function isPatient(provider: string, id: string): boolean {
  return provider === "google" && id === "S06";
}

/** Each protocol has an adapter of its own: what holds for one must hold for all. */
for (const [provider, protocol] of [
  ["openai", "chat completions"],
  ["newer", "responses"],
  ["anthropic", "messages"],
  ["google", "generateContent"],
] as const) {
  describe(`a run over ${protocol} comes through`, () => {
    let scores: readonly Score[] = [];
    beforeAll(async () => {
      const scenarios = SCENARIOS.filter(({ id }) => !isPatient(provider, id));
      scores = await scoresOf((url) => scaledClient(url, SCALE, provider), scenarios);
    }, 180_000);
    for (const { id, what } of SCENARIOS) {
      if (isPatient(provider, id)) {
        test.skip(`${id}: ${what} (a Gemini model may think in silence: it gets 90 s, which no scale shrinks)`, () => {});
        continue;
      }
      test(`${id}: ${what}`, () => {
        const score = scores.find(({ scenario }) => scenario.id === id);
        expect([score?.mark, score?.missed]).toEqual(["pass", []]);
      });
    }
  });
}

test("the scorer gives the openai package what is known of it: 6 pass, 10 safe", async () => {
  const scores = await scoresOf((url) => openAiClient(url, SCALE));
  const of = (wanted: Mark) =>
    scores.filter(({ mark }) => mark === wanted).map(({ scenario }) => scenario.id);
  expect([of("pass"), of("partial"), of("fail")]).toEqual([
    ["S01", "S03", "S05", "S07", "S11", "S13"],
    [],
    [],
  ]);
  expect(of("safe")).toHaveLength(10);
}, 180_000);
