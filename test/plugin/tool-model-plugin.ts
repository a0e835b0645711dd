/** A plugin whose model calls tools. What it does, the name of the model says. */
import { serve } from "../../plugins/sdk/serve.ts";

const NAMES = ["calls", "twins", "paints", "mirror"];

serve({
  name: "caller",
  version: "1.0.0",
  models: [
    ...NAMES.map((name) => ({ name, window: null, tools: true })),
    { name: "plain", window: null },
  ],
  async *chat(params) {
    switch (params.model) {
      case "calls":
        yield "Let me look.";
        yield { type: "tool-call", name: "find", arguments: '{"id":1}', signature: "s1" };
        return yield { type: "tool-call", id: "own", name: "find", arguments: '{"id":2}' };
      case "twins":
        yield { type: "tool-call", id: "same", name: "find", arguments: "{}" };
        return yield { type: "tool-call", id: "same", name: "find", arguments: "{}" };
      case "paints":
        yield { type: "media", media_type: "image/png", data: "aGk=", name: "sun.png" };
        return yield { type: "kept", value: { thought: "a sun" } };
      default:
        yield JSON.stringify(params);
    }
  },
});
