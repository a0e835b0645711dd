import { resolveEndpoint } from "../../src/model/endpoint.ts";
import { createModels } from "../../src/model/models.ts";
import { ask, noBaseline } from "./calls.ts";
import { gives } from "./conformance/bench.ts";
import { checkFailures } from "./conformance/failures.ts";
import { checkReplies } from "./conformance/replies.ts";
import { checkRequests } from "./conformance/requests.ts";
import { checkSplits } from "./conformance/splits.ts";
import { answers, openServer, silence } from "./faulty-server.ts";
import type { Act } from "./faulty-server.ts";
import { testProvider } from "./provider-suite.ts";
import { settings } from "./settings.ts";
import { CONVERSE } from "./wires/converse.ts";
import { AZURE, CHAT } from "./wires/chat.ts";
import { GENERATE, VERTEX } from "./wires/generate.ts";
import { MESSAGES } from "./wires/messages.ts";
import { OLLAMA } from "./wires/ollama.ts";
import { RESPONSES } from "./wires/responses.ts";
import type { Wire } from "./wires/wire.ts";

/**
 * Every adapter passes the same checks, at stand-ins that speak its provider's protocol. `peers/`
 * has the providers' own clients read the same bytes.
 */
for (const wire of [CHAT, AZURE, RESPONSES, MESSAGES, GENERATE, VERTEX, CONVERSE, OLLAMA]) {
  testProvider(`${wire.name} (by its wire)`, async (behaviour) => {
    const act: Act = (socket, seen) => {
      if (behaviour === "hangs") return silence(socket, seen);
      if (seen.path === "/api/tags") return answers(200, wire.list([wire.model]))(socket, seen);
      const reply = behaviour === "answers" ? { texts: ["Hel", "lo"] } : {};
      return gives(wire, reply)(socket, seen);
    };
    const server = await openServer(act);
    const config = settings(wire.settings(`http://${server.host}`));
    const models = createModels({ config, baseline: noBaseline });
    return {
      provider: await models.provider(wire.provider),
      name: wire.model,
      id: `${resolveEndpoint(wire.provider, config).written}/${wire.model}`,
      request: ask({
        schema: { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
      }),
      disconnected: () => closedConnection(server.seen.length, server.seen[0]?.closed),
      close: () => server.close(),
    };
  });
  checkEverything(wire);
}

function checkEverything(wire: Wire): void {
  checkReplies(wire);
  checkFailures(wire);
  checkRequests(wire);
  checkSplits(wire);
}

async function closedConnection(count: number, closed: Promise<void> | undefined): Promise<void> {
  if (count > 0) await closed;
}
