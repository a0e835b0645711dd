import { describe, expect, test } from "bun:test";
import { makeFolder, modullm, programText, serveModel } from "./command-line.ts";

const MAILS = ["run", "many.rllm", "--input", '{"mails": ["a", "b"]}'];
const BLOCKS = {
  python: 'result = {"rows": context["uses"]["mails"]}',
  js: "result = { rows: context.uses.mails };",
};

describe.each(["python", "js"] as const)("a list that a %s block passes on", (language) => {
  test("validate shows a failure that output_schema has no place for", async () => {
    const folder = files(language, { items: "{type: object}", onError: '"null"' });
    const told = (await modullm(["validate", "many.rllm"], { folder })).json() as Told;
    expect(told.warnings.map(({ message }) => message)).toEqual([
      'the post block gives the output of "mails" as "rows", and output_schema does not take all of it: with [null], "rows.0" is null, but an object is wanted',
    ]);
    expect((await modullm(["validate", "--strict", "many.rllm"], { folder })).exit).toBe(1);
  });

  test("run says so before the first call", async () => {
    const folder = files(language, { items: "{type: object}", onError: '"null"' });
    const server = serveModel(["no", '{"out": "ok"}']);
    const { stderr } = await modullm(MAILS, { folder, env: server.env });
    server.stop();
    expect(stderr).toStartWith('warning: In "many" the post block gives the output of "mails"');
  });

  test("run pays for nothing where no output is taken", async () => {
    const folder = files(language, { items: "{type: string}", onError: "fail" });
    const server = serveModel(['{"out": "ok"}']);
    const ran = await modullm(MAILS, { folder, env: server.env });
    server.stop();
    expect(server.asked).toEqual([]);
    expect(ran.json()).toMatchObject({
      error_code: "RLLM_008",
      details: { entry: "mails", key: "rows", validator: "type" },
    });
    expect((await modullm(["validate", "many.rllm"], { folder })).exit).toBe(1);
  });

  test("nothing is said where all is taken", async () => {
    const folder = files(language, { items: '{type: [object, "null"]}', onError: '"null"' });
    const told = (await modullm(["validate", "--strict", "many.rllm"], { folder })).json() as Told;
    expect(told.warnings).toEqual([]);
  });
});

interface Told {
  readonly warnings: readonly { readonly message: string }[];
}

function files(
  language: keyof typeof BLOCKS,
  { items, onError }: { readonly items: string; readonly onError: string },
): string {
  const entry = `{name: mails, path: ./one.rllm, each: "{{input.mails}}", with: {text: "{{item}}"}, on_error: ${onError}}`;
  const many = {
    name: "many",
    input_schema:
      "{type: object, properties: {mails: {type: array, items: {type: string}}}, required: [mails]}",
    output_schema: `{type: object, properties: {rows: {type: array, items: ${items}}}}`,
    uses: `[${entry}]`,
  };
  return makeFolder({
    "one.rllm": programText({ name: "one", retries: "0" }),
    "many.rllm": programText(
      many,
      `Say {}, there are {{input.mails}}\n\`\`\`rllm-${language} post\n${BLOCKS[language]}\n\`\`\``,
    ),
  });
}
