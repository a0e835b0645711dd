/**
 * A plugin of version 1 of the protocol as it was when there was no other. It knows no more keys
 * than that version had, and refuses a message with any other. Never to be changed.
 */
import { createInterface } from "node:readline";

type Message = Record<string, unknown>;

const KEYS: Record<string, readonly string[]> = {
  initialize: ["protocol_version", "host", "settings", "data_folder"],
  "models/list": [],
  chat: ["model", "messages", "params", "schema", "stream"],
  embed: ["model", "texts"],
  "tokens/count": ["model", "text"],
  health: [],
  shutdown: [],
};
const MESSAGE_KEYS = ["role", "content", "attachments"];
const ROLES = ["system", "user", "assistant"];
const PROVIDES = ["chat", "embed", "models/list", "tokens/count"];

const send = (message: Message): void =>
  void process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line) as Message;
  if (id === undefined) continue;
  const fault = faultOf(String(method), params as Message);
  if (fault !== null) send({ id, error: { code: -32_602, message: fault } });
  else answer(id, String(method), params as Message);
}

function faultOf(method: string, params: Message): string | null {
  const keys = KEYS[method];
  if (keys === undefined) return `version 1 has no ${method}`;
  const strange = Object.keys(params).find((key) => !keys.includes(key));
  if (strange !== undefined) return `version 1 has no "${strange}" in ${method}`;
  for (const message of method === "chat" ? (params["messages"] as readonly Message[]) : []) {
    const odd = Object.keys(message).find((key) => !MESSAGE_KEYS.includes(key));
    if (odd !== undefined) return `version 1 has no "${odd}" in a message`;
    if (!ROLES.includes(String(message["role"]))) return `version 1 has no such role`;
  }
  return null;
}

function answer(id: unknown, method: string, params: Message): void {
  switch (method) {
    case "initialize": {
      const spoken = Math.min(Number(params["protocol_version"]), 1);
      return send({
        id,
        result: { protocol_version: spoken, name: "frozen", version: "1.0.0", provides: PROVIDES },
      });
    }
    case "models/list":
      return send({ id, result: { models: [{ name: "m", window: 100, tools: true }] } });
    case "chat": {
      const text = JSON.stringify(params["messages"]);
      send({ method: "chat/part", params: { id, part: { type: "text", text } } });
      return send({ id, result: { reason: "stop", usage: null, served: null } });
    }
    case "embed": {
      const vectors = (params["texts"] as readonly string[]).map(({ length }) => [length, 1]);
      return send({ id, result: { vectors, usage: null } });
    }
    case "tokens/count":
      return send({ id, result: { tokens: String(params["text"]).length } });
    case "health":
      return send({ id, result: { ok: true } });
    default:
      send({ id, result: {} });
      process.exit(0);
  }
}
