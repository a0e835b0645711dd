/** A key that a server sends back: in pieces, escaped, encoded, and where an excerpt is cut. */
import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "../../src/index.ts";
import { makeFolder, modullm, programText, worldOf } from "./command-line.ts";

const KEY = "acmeKey-Zq7/9+Pw=xT4vN2mL8";
const BASE64 = Buffer.from(KEY).toString("base64").replace(/=+$/, "");

function streamed(answer: string): Response {
  const event = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const pieces = [...answer].map((content) => event({ content }, null));
  return new Response(`${pieces.join("")}${event({}, "stop")}data: [DONE]\n\n`, {
    headers: { "content-type": "text/event-stream" },
  });
}

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const { model } = (await request.json()) as { model: string };
    const refused = (body: string): Response => new Response(body, { status: 400 });
    if (model === "cut")
      return refused(JSON.stringify({ error: { message: "x ".repeat(135) + BASE64 } }));
    if (model === "slashes")
      return refused(`{"error": {"message": "no: ${KEY.replaceAll("/", "\\/")}"}}`);
    if (model === "slashes-within")
      return refused(JSON.stringify({ error: { message: `no: ${KEY.replaceAll("/", "\\/")}` } }));
    if (model === "unicode")
      return streamed(`{"text": "${KEY.replace("K", "\\u004b").replace("/", "\\/")}"}`);
    return streamed(JSON.stringify({ text: KEY }));
  },
});
afterAll(() => server.stop(true));

function folderFor(model: string): string {
  const text = "{type: object, properties: {text: {type: string}}}";
  const front = { name: "p", input_schema: text, output_schema: text, llm: `{model: s/${model}}` };
  return makeFolder({
    "config/modullm/config.yaml": `providers: {s: {type: openai, base_url: "http://127.0.0.1:${server.port}/v1", api_key_env: ACME}}\n`,
    "p.rllm": programText(front, "Hi {{input.text}}"),
  });
}

/** Whether more than eight characters of the key stand there in one piece. */
function leaks(text: string): boolean {
  const forms = [KEY, BASE64, KEY.replaceAll("/", "\\/"), KEY.replaceAll("/", "\\\\/")];
  return forms.some((form) =>
    Array.from({ length: form.length - 8 }, (_, at) => form.slice(at, at + 9)).some((piece) =>
      text.includes(piece),
    ),
  );
}

for (const model of ["echo", "unicode"])
  test(`no partial, delta or event of "${model}" shows more of a key than its mark`, async () => {
    const folder = folderFor(model);
    const args = ["run", "p.rllm", "--text", "x", "--trace", "t.jsonl", "--stream"];
    for (const format of ["json", "ndjson"]) {
      const outcome = await modullm([...args, "--format", format], { folder, env: { ACME: KEY } });
      expect(outcome.exit).toBe(0);
      const trace = readFileSync(join(folder, "t.jsonl"), "utf8");
      const events = trace
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { type: string; text?: string; seq: number });
      const deltas = events.filter(({ type }) => type === "model-delta");
      const joined = deltas.map(({ text = "" }) => text).join("");
      expect(joined).toContain("[redacted]");
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
      for (const said of [outcome.stdout, outcome.stderr, trace, joined])
        expect({ said, leaks: leaks(said) }).toEqual({ said, leaks: false });
    }
  });

for (const model of ["cut", "slashes", "slashes-within"])
  test(`no message of a server shows a key: "${model}"`, async () => {
    const folder = folderFor(model);
    const args = ["run", "p.rllm", "--text", "x", "--trace", "t.jsonl", "--verbose"];
    for (const tty of [true, false]) {
      const outcome = await modullm(args, { folder, env: { ACME: KEY }, tty });
      expect(outcome.exit).toBe(1);
      const trace = readFileSync(join(folder, "t.jsonl"), "utf8");
      for (const said of [outcome.stdout, outcome.stderr, trace])
        expect({ said, leaks: leaks(said) }).toEqual({ said, leaks: false });
    }
  });

test("the library hides keys in outputs, events and errors, unless it is told not to", async () => {
  const folder = folderFor("echo");
  const env = { ...worldOf(folder), ACME: KEY };
  const library = await open({ cwd: folder, env });
  const seen: string[] = [];
  const options = {
    stream: true,
    payloads: true,
    onEvent: (event: object) => void seen.push(JSON.stringify(event)),
  };
  expect(await library.run("p.rllm", { text: KEY }, options)).toEqual({ text: "[redacted]" });
  expect(leaks(seen.join("\n"))).toBe(false);
  const raw = await library.run("p.rllm", { text: KEY }, { ...options, raw: true });
  expect(raw).toEqual({ text: KEY });
  expect(leaks(seen.join("\n"))).toBe(true);
  const error = await library.run("p.rllm", { text: [KEY] }).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "RLLM_004" });
  expect(leaks(JSON.stringify(error))).toBe(false);
  await library.close();
});
