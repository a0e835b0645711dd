import { ProtocolError, ProtocolErrorCode, type Tool } from "@modelcontextprotocol/server";
import type { Surface } from "../surface.ts";
import { CONTENT_TOOLS } from "./content-tools.ts";
import { PROMPTS, readDocument, RESOURCES, TEMPLATES, writePrompt } from "./documents.ts";
import { type Fixture, object } from "./fixture.ts";
import { INPUT_TOOLS } from "./input-tools.ts";
import { seal } from "./state.ts";
import { TASK_TOOLS } from "./task-tools.ts";

const FIXTURES = new Map<string, Fixture>(
  Object.entries({ ...CONTENT_TOOLS, ...INPUT_TOOLS, ...TASK_TOOLS }),
);

/**
 * What `@modelcontextprotocol/conformance` calls. It is served as a library is, so that what the
 * suite finds holds for that.
 */
export function createConformance(): Surface {
  const tools: readonly Tool[] = [...FIXTURES].map(([name, { schema }]) => ({
    name,
    description: "For the conformance suite",
    inputSchema: schema ?? object(),
  }));
  let notify: Parameters<NonNullable<Surface["extend"]>>[1] | null = null;
  return {
    instructions: "Nothing here is of use to anybody but the conformance suite.",
    options: {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: seal.verify },
    },
    tools: () => Promise.resolve(tools),
    taskOf(name, hasInputs) {
      const { task = "never" } = FIXTURES.get(name) ?? {};
      return typeof task === "string" ? task : task(hasInputs);
    },
    async call(name, given, call) {
      const fixture = FIXTURES.get(name);
      if (!fixture || !notify) throw unknown(`there is no tool "${name}"`);
      return await fixture.call(given, call, notify);
    },
    prompts: () => Promise.resolve({ prompts: [...PROMPTS] }),
    prompt(name, given, call) {
      const written = writePrompt(name, given, call);
      if (written === null) throw unknown(`there is no prompt "${name}"`);
      return Promise.resolve(written);
    },
    resources: () => Promise.resolve({ resources: [...RESOURCES] }),
    templates: TEMPLATES,
    read: (uri) => Promise.resolve(readDocument(uri)),
    extend(server, given) {
      notify = given;
      server.setRequestHandler("resources/subscribe", () => ({}));
      server.setRequestHandler("resources/unsubscribe", () => ({}));
      server.setRequestHandler("completion/complete", () => ({ completion: { values: [] } }));
    },
  };
}

function unknown(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
