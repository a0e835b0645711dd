import { checkToolReplies } from "./conformance/tool-replies.ts";
import { checkToolRequests } from "./conformance/tool-requests.ts";
import { AZURE, CHAT } from "./wires/chat.ts";
import { CHAT_TOOLS } from "./wires/chat-tools.ts";
import type { ToolWire, Wire } from "./wires/wire.ts";

/** Every adapter passes the same checks of tools, at the stand-ins of `conformance.test.ts`. */
const WIRES: readonly (readonly [wire: Wire, tools: ToolWire])[] = [
  [CHAT, CHAT_TOOLS],
  [AZURE, CHAT_TOOLS],
];

for (const [wire, tools] of WIRES) {
  checkToolRequests(wire, tools);
  checkToolReplies(wire, tools);
}
