import { describe, expect, test } from "bun:test";
import type { ModelRequest } from "../../../src/model/model.ts";
import { createModels } from "../../../src/model/models.ts";
import { ask, noBaseline, notesOf, outcome } from "../calls.ts";
import { bench, closeAfterEach, gives, sends } from "../conformance/bench.ts";
import { openServer } from "../faulty-server.ts";
import { settings } from "../settings.ts";
import { RESPONSES } from "../wires/responses.ts";

closeAfterEach();

const SCHEMA = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

async function sent(model: string, more: Partial<ModelRequest>) {
  const wire = { ...RESPONSES, model };
  const made = await bench(wire, gives(wire, { texts: ["{}"] }));
  const result = await outcome(made.model, ask(more));
  return { result, body: made.server.seen[0]?.body ?? {} };
}

describe("a request of Responses", () => {
  test("is streamed and kept nowhere", async () => {
    expect((await sent("gpt-4o", {})).body).toEqual({
      model: "gpt-4o",
      input: [{ role: "user", content: "Say hi" }],
      stream: true,
      store: false,
    });
  });

  test("has format and verbosity of the text, and the effort of reasoning", async () => {
    const params = { verbosity: "low", reasoning_effort: "high", max_tokens: 4 };
    const { body } = await sent("gpt-5-mini", { schema: SCHEMA, params });
    expect(body).toMatchObject({
      text: {
        verbosity: "low",
        format: { type: "json_schema", name: "output", strict: true, schema: SCHEMA },
      },
      reasoning: { effort: "high" },
      max_output_tokens: 16,
    });
  });

  test("has the program's own response_format in its new place", async () => {
    const params = {
      response_format: {
        type: "json_schema",
        json_schema: { name: "x", schema: {}, strict: false },
      },
    };
    const { body } = await sent("gpt-4o", { schema: SCHEMA, params });
    expect(body["text"]).toEqual({
      format: { type: "json_schema", name: "x", schema: {}, strict: false },
    });
  });

  test("leaves out what only chat completions have", async () => {
    const { body, result } = await sent("gpt-4o", {
      params: { seed: 3, stop: ["x"], n: 2, temperature: 0 },
    });
    expect([body["seed"], body["stop"], body["n"], body["temperature"]]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
    ]);
    expect(notesOf(result, "degraded")).toHaveLength(3);
  });

  test("has no sampling parameters for a model that reasons", async () => {
    expect(
      (await sent("o3", { params: { temperature: 0.5 } })).body["temperature"],
    ).toBeUndefined();
  });

  test("has a document with its name", async () => {
    const attachments = [{ mediaType: "application/pdf", data: "JVBERi0=", name: "a.pdf" }];
    const { body } = await sent("gpt-4o", {
      messages: [{ role: "user", content: "Read it", attachments }],
    });
    expect(body["input"]).toEqual([
      {
        role: "user",
        content: [
          {
            type: "input_file",
            filename: "a.pdf",
            file_data: "data:application/pdf;base64,JVBERi0=",
          },
          { type: "input_text", text: "Read it" },
        ],
      },
    ]);
  });

  test("has tools that need not have all their parameters", async () => {
    const tools = [
      { type: "function", function: { name: "look", parameters: { type: "object" } } },
      { type: "web_search" },
    ];
    const { body } = await sent("gpt-4o", { params: { tools, tool_choice: "auto" } });
    expect(body["tools"]).toEqual([
      { type: "function", name: "look", parameters: { type: "object" }, strict: false },
      { type: "web_search" },
    ]);
  });

  test("goes to any server that config.yaml says speaks it, Azure's too", async () => {
    for (const [name, path, environment] of [
      ["mine", "/v1/responses", {}],
      ["azure", "/openai/v1/responses", { AZURE_API_KEY: "azure-key-1" }],
    ] as const) {
      const server = await openServer(gives(RESPONSES, { texts: ["hi"] }));
      const baseUrl = name === "mine" ? server.url : `http://${server.host}`;
      const config = settings({
        environment,
        providers: { [name]: { type: "responses", baseUrl } },
      });
      const model = await createModels({ config, baseline: noBaseline }).get(`${name}/gpt-4o`);
      expect((await outcome(model, ask())).text).toBe("hi");
      expect(server.seen[0]?.path).toBe(path);
      if (name === "azure") expect(server.seen[0]?.headers["api-key"]).toBe("azure-key-1");
      await server.close();
    }
  });
});

describe("a reply of Responses", () => {
  test("that failed is an error with the server's code", async () => {
    const response = {
      object: "response",
      status: "failed",
      error: { code: "server_error", message: "Sorry" },
      output: [],
    };
    const event = `data: ${JSON.stringify({ type: "response.failed", response })}\n\n`;
    const { model } = await bench(RESPONSES, sends(RESPONSES, [event]));
    const { error } = await outcome(model, ask());
    expect(error?.details).toMatchObject({ provider_code: "server_error", attempts: 3 });
  });

  test("that declines is content-filter, and no text", async () => {
    const refusal = {
      type: "response.refusal.delta",
      item_id: "m",
      output_index: 0,
      content_index: 0,
      delta: "I can't.",
    };
    const events = RESPONSES.events({});
    const pieces = [
      ...events.slice(0, 2),
      `data: ${JSON.stringify(refusal)}\n\n`,
      ...events.slice(2),
    ];
    const { model } = await bench(RESPONSES, sends(RESPONSES, pieces));
    const result = await outcome(model, ask());
    expect([result.text, result.finish?.reason]).toEqual(["", "content-filter"]);
    expect(notesOf(result, "warning")).toEqual(["The model declined: I can't."]);
  });
});
