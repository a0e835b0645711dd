import { type Fixtures, object, PICTURE, SOUND, text } from "./fixture.ts";

const picture = { type: "image", data: PICTURE, mimeType: "image/png" } as const;

/** Tools that give one kind of content each, and such as say how they get on. */
export const CONTENT_TOOLS: Fixtures = {
  test_simple_text: { call: () => text("This is a simple text response for testing.") },
  test_image_content: { call: () => ({ content: [picture] }) },
  test_audio_content: {
    call: () => ({ content: [{ type: "audio", data: SOUND, mimeType: "audio/wav" }] }),
  },
  test_embedded_resource: {
    call: () => ({
      content: [
        {
          type: "resource",
          resource: {
            uri: "test://embedded-resource",
            mimeType: "text/plain",
            text: "This is an embedded resource content.",
          },
        },
      ],
    }),
  },
  test_multiple_content_types: {
    call: () => ({
      content: [
        { type: "text", text: "Multiple content types test:" },
        picture,
        {
          type: "resource",
          resource: {
            uri: "test://mixed-content-resource",
            mimeType: "application/json",
            text: '{"test":"data","value":123}',
          },
        },
      ],
    }),
  },
  test_error_handling: {
    call: () => ({
      ...text("This tool intentionally returns an error for testing"),
      isError: true,
    }),
  },
  json_schema_2020_12_tool: {
    schema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      $defs: {
        address: {
          $anchor: "addressDef",
          type: "object",
          properties: { street: { type: "string" }, city: { type: "string" } },
        },
      },
      properties: {
        name: { type: "string" },
        address: { $ref: "#/$defs/address" },
        contactMethod: { type: "string", enum: ["phone", "email"] },
        phone: { type: "string" },
        email: { type: "string" },
      },
      allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
      if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { required: ["phone"] },
      else: { required: ["email"] },
      additionalProperties: false,
    },
    call: (given) => text(JSON.stringify(given)),
  },
  test_tool_with_progress: {
    call: async (_given, { progress }) => {
      for (const percent of [0, 50, 100]) {
        progress({ progress: percent, total: 100, message: `Completed step ${percent} of 100` });
        await sleep(20);
      }
      return text("done");
    },
  },
  test_tool_with_logging: {
    call: async (_given, { context }) => {
      for (const data of ["started", "is at work", "ended"]) {
        const params = { level: "info", data: `The tool ${data}` };
        await context.mcpReq.notify({ method: "notifications/message", params });
        await sleep(20);
      }
      return text("Tool with logging executed successfully");
    },
  },
  test_logging_tool: {
    call: async (_given, { context }) => {
      // oxlint-disable-next-line typescript/no-deprecated -- what the suite asks about
      await context.mcpReq.log("info", "for whoever asked for logs");
      return text("logged");
    },
  },
  test_reconnection: {
    call: async (_given, { context }) => {
      context.http?.closeSSE?.();
      await sleep(100);
      return text("Reconnection test completed successfully.");
    },
  },
  test_streaming_elicitation: { call: () => text("a result and nothing else") },
  test_trigger_tool_change: {
    call: (_given, _call, notify) => {
      notify.toolsChanged();
      return text("told");
    },
  },
  test_trigger_prompt_change: {
    call: (_given, _call, notify) => {
      notify.promptsChanged();
      return text("told");
    },
  },
  greet: {
    schema: object({ name: { type: "string" } }),
    call: ({ name }) => text(`Hello, ${String(name)}!`),
  },
};

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
