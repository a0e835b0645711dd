import { expect, test } from "bun:test";
import { makeFolder, modullm, programText, serveModel } from "../command-line.ts";

/** A parent that runs `one.rllm` for each of its mails, one of which breaks its contract. */
const FILES = {
  "one.rllm": programText({ name: "one", retries: "0" }),
  "many.rllm": programText(
    {
      input_schema: "{type: object, properties: {mails: {type: array}}, required: [mails]}",
      output_schema: "{type: object}",
      uses: '[{name: mails, path: ./one.rllm, each: "{{input.mails}}", with: {text: "{{item}}"}, on_error: "null"}]',
    },
    "Say []",
  ),
};

test("run tells at a terminal how many elements of a list are done, and how many failed", async () => {
  const slow = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { messages } = (await request.json()) as { messages: { content: string }[] };
      await Bun.sleep(150);
      const fails = messages.at(-1)?.content.includes("2") === true;
      const content = fails ? "no" : '{"out": "ok"}';
      return Response.json({
        choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
      });
    },
  });
  const mails = Array.from({ length: 12 }, (_, index) => String(index));
  const args = ["run", "many.rllm", "--concurrency", "1", "--input", JSON.stringify({ mails })];
  const ended = await modullm(args, {
    folder: makeFolder(FILES),
    env: { LOCAL_API_BASE: `http://127.0.0.1:${slow.port}/v1` },
    tty: true,
  });
  void slow.stop(true);
  expect(ended.exit).toBe(0);
  expect(ended.stderr).toMatch(/mails \d+ of 12, \d+\.\d a second, [\d.]+ m?s left/);
  expect(ended.stderr).toMatch(/mails \d+ of 12, 1 failed, /);
});

test("run says nothing of it in a pipe", async () => {
  const server = serveModel(['{"out": "ok"}']);
  const args = ["run", "many.rllm", "--input", '{"mails": ["a", "b"]}'];
  const { stderr } = await modullm(args, { folder: makeFolder(FILES), env: server.env });
  server.stop();
  expect(stderr).toBe("");
});
