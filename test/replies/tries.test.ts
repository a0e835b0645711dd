import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import * as fc from "fast-check";
import { loadText } from "../../src/library/load.ts";
import { createModels } from "../../src/model/models.ts";
import { programText } from "../cli/command-line.ts";
import { runAlone } from "../engine/alone.ts";
import { createScript } from "../engine/scripted.ts";
import { noBaseline } from "../model/calls.ts";
import { event } from "../model/faulty-server.ts";
import { settings } from "../model/settings.ts";

/** Ways in which one request fails so that another may help. */
const FAILURES: Readonly<Record<string, () => Response>> = {
  busy: () => new Response(`{"error":{"message":"Later"}}`, { status: 503 }),
  limited: () => new Response("Slow down", { status: 429 }),
  reset: () => {
    throw Object.assign(new Error("gone"), { code: "ECONNRESET" });
  },
  empty: () => new Response(""),
  early: () => streamed(event({ role: "assistant" })),
  halfway: () => streamed(event({ content: `{"out"` })),
  told: () => streamed(event({ content: `{"out"` }), `event: error\ndata: Overloaded\n\n`),
};
const GOOD = () => streamed(event({ content: `{"out": "ok"}` }), event({}, "stop"));

function streamed(...events: readonly string[]): Response {
  return new Response(events.join(""), { headers: { "content-type": "text/event-stream" } });
}

test("a call is tried three times in all, whatever fails and in whatever order", async () => {
  const loaded = await loadText(
    programText({ llm: "{model: local/m}", llm_params: "{stream: true}" }),
    tmpdir(),
  );
  const names = fc.array(fc.constantFrom(...Object.keys(FAILURES)), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(names, async (failures) => {
      let requests = 0;
      const answer = async () => (FAILURES[failures[requests++] ?? ""] ?? GOOD)();
      const models = createModels({
        config: settings({ environment: { LOCAL_API_BASE: "http://stand-in.example/v1" } }),
        baseline: noBaseline,
        fetch: Object.assign(answer, { preconnect: () => undefined }),
        sleep: () => Promise.resolve(),
      });
      const { tools } = createScript({});
      const run = runAlone(loaded, { text: "hi" }, { ...tools, model: (id) => models.get(id) });
      const error = await run.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (failures.length < 3) expect([error, requests]).toEqual([null, failures.length + 1]);
      else {
        expect(requests).toBe(3);
        expect(error).toMatchObject({
          code: "RLLM_017",
          details: { attempts: 3, tried: [{ attempts: 3 }] },
        });
      }
    }),
    { numRuns: 150 },
  );
});
