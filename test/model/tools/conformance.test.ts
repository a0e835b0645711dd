import { checkToolReplies } from "../conformance/tool-replies.ts";
import { checkToolRequests } from "../conformance/tool-requests.ts";
import { AZURE, CHAT } from "../wires/chat.ts";
import { CHAT_TOOLS } from "../wires/chat-tools.ts";
import { CONVERSE, CONVERSE_TOOLS } from "../wires/converse.ts";
import { GENERATE, VERTEX } from "../wires/generate.ts";
import { GENERATE_TOOLS } from "../wires/generate-tools.ts";
import { MESSAGES } from "../wires/messages.ts";
import { MESSAGES_TOOLS } from "../wires/messages-tools.ts";
import { OLLAMA } from "../wires/ollama.ts";
import { OLLAMA_TOOLS } from "../wires/ollama-tools.ts";
import { RESPONSES } from "../wires/responses.ts";
import { RESPONSES_TOOLS } from "../wires/responses-tools.ts";
import type { ToolWire, Wire } from "../wires/wire.ts";

/** As llama.cpp's server, which is held to no schema while it has tools, and gets thoughts back. */
const LLAMACPP: Wire = {
  ...CHAT,
  name: "llamacpp",
  provider: "llamacpp",
  settings: (url) => ({ environment: { LLAMACPP_API_BASE: `${url}/v1` } }),
};

/** Every adapter passes the same checks of tools, at the stand-ins of `conformance.test.ts`. */
const WIRES: readonly (readonly [wire: Wire, tools: ToolWire])[] = [
  [CHAT, CHAT_TOOLS],
  [AZURE, CHAT_TOOLS],
  [LLAMACPP, { ...CHAT_TOOLS, apart: {}, thoughts: "let me see" }],
  [{ ...RESPONSES, model: "gpt-5-mini" }, RESPONSES_TOOLS],
  [MESSAGES, MESSAGES_TOOLS],
  [GENERATE, GENERATE_TOOLS],
  [{ ...GENERATE, name: "gemini 3", model: "gemini-3-pro-preview" }, GENERATE_TOOLS],
  [VERTEX, GENERATE_TOOLS],
  [CONVERSE, CONVERSE_TOOLS],
  [OLLAMA, OLLAMA_TOOLS],
];

for (const [wire, tools] of WIRES) {
  checkToolRequests(wire, tools);
  checkToolReplies(wire, tools);
}
