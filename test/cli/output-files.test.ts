import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, modullm, programText } from "./command-line.ts";

const PNG = Buffer.from("89504e470d0a1a0a", "hex").toString("base64");
const OUTPUT =
  "{type: object, properties: {title: {type: string}, picture: {type: string, contentMediaType: image/*}}, required: [picture], additionalProperties: false}";

const servers: { stop(): void }[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
});

/** A server that gives a text and pictures, as OpenRouter does. */
function serve(content: string | null, pictures: number) {
  const asked: Record<string, unknown>[] = [];
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      asked.push((await request.json()) as Record<string, unknown>);
      const images = Array.from({ length: pictures }, () => ({
        type: "image_url",
        image_url: { url: `data:image/png;base64,${PNG}` },
      }));
      const message = { role: "assistant", content, images };
      return Response.json({ choices: [{ index: 0, message, finish_reason: "stop" }] });
    },
  });
  servers.push({ stop: () => void server.stop(true) });
  return { asked, env: { LOCAL_API_BASE: `http://127.0.0.1:${server.port}/v1` } };
}

const program = (schema = OUTPUT, more: Record<string, string> = {}): string =>
  programText({ output_schema: schema, ...more });

describe("a picture that the model gives", () => {
  test("goes into the property that takes it, beside what the text says", async () => {
    const { env } = serve('{"title": "A dot"}', 1);
    const folder = makeFolder({ "a.rllm": program() });
    const { exit, json } = await modullm(["run", "a.rllm", "--text", "x"], { folder, env });
    expect({ exit, output: json() }).toEqual({
      exit: 0,
      output: { title: "A dot", picture: `data:image/png;base64,${PNG}` },
    });
  });

  test("is an answer without any text, where nothing else is needed", async () => {
    const { env } = serve(null, 1);
    const folder = makeFolder({ "a.rllm": program() });
    const { json } = await modullm(["run", "a.rllm", "--text", "x"], { folder, env });
    expect(json()).toEqual({ picture: `data:image/png;base64,${PNG}` });
  });

  test("goes into a file with --output-dir, beside those that are there", async () => {
    const { env } = serve("{}", 2);
    const list = OUTPUT.replace(
      "{type: string, contentMediaType: image/*}",
      "{type: array, items: {type: string, contentMediaType: image/*}}",
    );
    const folder = makeFolder({ "a.rllm": program(list), "out/picture-0.png": "mine" });
    const args = ["run", "a.rllm", "--text", "x", "--output-dir", "out"];
    const { json } = await modullm(args, { folder, env });
    expect(json()).toEqual({ picture: ["out/picture-0-2.png", "out/picture-1.png"] });
    expect(readFileSync(join(folder, "out/picture-1.png")).toString("base64")).toBe(PNG);
    expect(readFileSync(join(folder, "out/picture-0.png"), "utf8")).toBe("mine");
  });

  test("without a place is told, and the answer holds", async () => {
    const { env } = serve('{"out": "ok"}', 1);
    const folder = makeFolder({ "a.rllm": programText() });
    const { exit, stdout } = await modullm(["run", "a.rllm", "--text", "x"], { folder, env });
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '{"out":"ok"}\n' });
    const sound = OUTPUT.replace("image/*", "audio/*").replace(
      "required: [picture]",
      "required: [title]",
    );
    const other = makeFolder({ "a.rllm": program(sound) });
    const second = serve('{"title": "t"}', 1);
    const said = await modullm(["run", "a.rllm", "--text", "x"], {
      folder: other,
      env: second.env,
    });
    expect(said.json()).toEqual({ title: "t" });
    expect(said.stderr).toContain("image/png, which the output has no place for");
  });

  test("that is missing is asked for again, and then refused", async () => {
    const { env, asked } = serve('{"title": "t"}', 0);
    const folder = makeFolder({ "a.rllm": program(OUTPUT, { retries: "1" }) });
    const { exit, json } = await modullm(["run", "a.rllm", "--text", "x"], { folder, env });
    expect(exit).toBe(1);
    expect(json()).toMatchObject({ error_code: "RLLM_013" });
    expect(asked.length).toBe(2);
    expect(JSON.stringify(asked[0]?.["response_format"] ?? {})).not.toContain("picture");
    expect(existsSync(join(folder, "out"))).toBe(false);
  });
});
