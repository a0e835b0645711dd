import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  CompletionList,
  Hover,
  Location,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver/node";
import { makeFolder, programText } from "../../cli/command-line.ts";
import { Editor, positionOf } from "./editor.ts";

const CHILD = programText({
  name: "child",
  description: "Finds the due date.",
  input_schema:
    "{type: object, properties: {text: {type: string, description: A letter}, lang: {enum: [en, de]}}, required: [text]}",
  output_schema: `
  type: object
  properties:
    due: { type: string, format: date, description: When it has to be paid }
    items: { type: array, items: { $ref: "#/$defs/item" } }
    total: { $ref: "./types.json#/Money" }
  required: [due]
  $defs:
    item: { type: object, properties: { label: { type: string } } }`,
});

const PARENT = programText(
  {
    name: "parent",
    input_schema: "{type: object, properties: {letter: {type: string}}, required: [letter]}",
    output_schema: "{type: object, properties: {answer: {type: string}, late: {type: boolean}}}",
    uses: `
  - name: facts
    path: ./child.rllm
    with: { text: "{{input.letter}}" }
  - name: all
    path: ./child.rllm
    each: "{{uses.facts.items}}"
    with: { text: "{{item.label}}" }`,
    examples: '[{input: {letter: "a"}, output: {answer: "b"}}]',
    tests: "[{name: one, input: {letter: x}, expect: {$.answer: y}}]",
  },
  `Due {{uses.facts.due}}, {{uses.facts.items.0.label}} of {{uses.facts.total.amount}}.
{{uses.all.0.due}}
`,
);

const WITH_BLOCKS = `${PARENT.replace("name: parent", "name: blocks")}
\`\`\`rllm-python post in=input.letter,uses
# the due date
result = {"late": context["uses"]["facts"]["due"] < "2026", "answer": "x"}
\`\`\`
`;

const FILES = {
  "child.rllm": CHILD,
  "parent.rllm": PARENT,
  "types.json":
    '{"Money": {"type": "object", "properties": {"amount": {"type": "number", "description": "In euros"}}}}',
  "parent.test.yaml": "- name: two\n  input: ./letter.yaml\n  expect: { answer: z }\n",
  "letter.yaml": "letter: hello\n",
};

let editor: Editor;

beforeAll(async () => {
  editor = await Editor.start(makeFolder(FILES));
  await editor.open("parent.rllm", PARENT);
  await editor.open("child.rllm", CHILD);
});

afterAll(async () => {
  expect(await editor.quit()).toBe(0);
});

async function hover(piece: string, [name, text] = ["parent.rllm", PARENT]): Promise<string> {
  const position = positionOf(text, piece);
  const found = await editor.ask<Hover | null>("textDocument/hover", name, { position });
  return (found?.contents as { value: string } | undefined)?.value ?? "";
}

/** The texts that stand where a request leads, with their files. */
async function placesOf(method: string, piece: string, more: object = {}, file = "parent.rllm") {
  const text = FILES[file as keyof typeof FILES];
  const position = positionOf(text, piece);
  const found = await editor.ask<Location[]>(method, file, { position, ...more });
  return found.map(({ uri, range: { start, end } }) => {
    const name = relative(editor.folder, fileURLToPath(uri));
    const lines = readFileSync(join(editor.folder, name), "utf8").split("\n");
    return `${name}: ${(lines[start.line] ?? "").slice(start.character, end.character)}`;
  });
}

/** What is offered at `|` in a text that replaces the parent's. */
async function offers(text: string): Promise<string[]> {
  const plain = text.replace("|", "");
  await editor.change("parent.rllm", { text: plain });
  const before = text.slice(0, text.indexOf("|")).split("\n");
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  const list = await editor.ask<CompletionList>("textDocument/completion", "parent.rllm", {
    position,
  });
  await editor.change("parent.rllm", { text: PARENT });
  return list.items.map(({ label }) => label);
}

describe("hover", () => {
  test("tells type and description of the field behind a template path", async () => {
    expect(await hover("{{uses.facts.du|e}}")).toBe(
      "```\ndue: date\n```\n\nWhen it has to be paid",
    );
    expect(await hover("{{uses.facts.items.0.lab|el}}")).toBe("```\nlabel: string\n```");
    expect(await hover("{{uses.facts.total.amo|unt}}")).toBe(
      "```\namount: number\n```\n\nIn euros",
    );
    expect(await hover("{{item.la|bel}}")).toBe("```\nlabel: string\n```");
    expect(await hover("{{input.let|ter}}")).toBe("```\nletter: string\n```");
  });

  test("tells what a key holds, from the table of schema", async () => {
    expect(await hover("max_con|text_window")).toContain("tokens that the prompt may have");
    expect(await hover("    pa|th: ./child.rllm")).toContain("**path**: the program: a file");
  });

  test("tells what a used program takes and gives", async () => {
    const told = await hover("path: ./chi|ld.rllm");
    expect(told).toContain("**child**\n\nFinds the due date.");
    expect(told).toContain("text: string - A letter");
    expect(await hover("{{uses.fac|ts.due}}")).toBe(told);
  });

  test("tells of a field of a schema, and of a key of with", async () => {
    expect(await hover("{letter: {type: str", ["parent.rllm", PARENT])).toBe("");
    expect(await hover("{le|tter: {type: str")).toBe("```\nletter: string\n```");
    expect(await hover('with: { te|xt: "{{input')).toBe("```\ntext: string\n```\n\nA letter");
  });

  test("says nothing where there is nothing to say", async () => {
    expect(await hover("Du|e {{")).toBe("");
  });
});

describe("completion", () => {
  const inBody = (path: string): string => PARENT.replace("Due ", `{{${path}|}}\nDue `);
  const withLine = (line: string): string => PARENT.replace("llm_params: {}", line);

  test("knows template paths", async () => {
    expect(await offers(inBody(""))).toEqual(["input", "uses", "schema"]);
    expect(await offers(inBody("input."))).toEqual(["letter"]);
    expect(await offers(inBody("uses."))).toEqual(["facts", "all"]);
    expect(await offers(inBody("uses.facts."))).toEqual(["due", "items", "total"]);
    expect(await offers(inBody("uses.facts.items."))).toEqual(["0"]);
    expect(await offers(inBody("uses.facts.items.0."))).toEqual(["label"]);
    expect(await offers(inBody("uses.facts.total."))).toEqual(["amount"]);
    expect(await offers(inBody("uses.all.0.d"))).toEqual(["due", "items", "total"]);
    expect(await offers(inBody("schema."))).toEqual(["input", "output"]);
    expect(await offers(PARENT.replace('"{{item.label}}"', '"{{item.|'))).toContain("label");
    expect(await offers(`${PARENT}<<<RECOVERY>>>\n{{|`)).toContain("errors");
  });

  test("knows keys that are not there yet", async () => {
    const keys = await offers(withLine("llm_params: {}\nre|"));
    expect(keys).toContain("retries");
    expect(keys).not.toContain("llm_params");
    expect(await offers(withLine("llm_params:\n  te|"))).toContain("temperature");
    expect(await offers(withLine("llm_params: { top_p: 1, | }"))).toContain("temperature");
    expect(await offers(withLine("llm_params: {}\nbudget:\n  |"))).toContain("usd");
    const entry = await offers(PARENT.replace("    each:", "    o|\n    each:"));
    expect(entry).toContain("on_error");
    expect(entry).not.toContain("path");
    expect(await offers(PARENT.replace("{letter: {type: string}}", "{letter: {ty|}}"))).toContain(
      "type",
    );
  });

  test("knows the input of a used program", async () => {
    expect(await offers(PARENT.replace('{ text: "{{input.letter}}" }', "{ | }"))).toEqual([
      "text",
      "lang",
    ]);
    expect(
      await offers(PARENT.replace('with: { text: "{{input.letter}}" }', "with:\n      la|")),
    ).toContain("lang");
  });

  test("knows values", async () => {
    expect(await offers(withLine("llm_params: {}\nrepair: |"))).toEqual([
      "off",
      "safe",
      "full",
      "false",
    ]);
    expect(await offers(PARENT.replace("local/test", "op|"))).toContain("openai/gpt-4.1-mini");
    expect(await offers(withLine("llm_params: {}\nrecommended_models:\n  - |"))).toContain(
      "builtin/baseline",
    );
    expect(await offers(PARENT.replace("path: ./child.rllm", "path: |"))).toContain("./child.rllm");
    expect(await offers(withLine("llm_params: {}\ntools:\n  - program: ./|"))).toContain(
      "./child.rllm",
    );
    expect(await offers(PARENT.replace("letter: {type: string}", "letter: {type: |}"))).toContain(
      "integer",
    );
    expect(await offers(PARENT.replace("required: [letter]", "required: [|]"))).toEqual(["letter"]);
    expect(await offers(PARENT.replace('text: "{{input.letter}}"', "text: |"))).toContain(
      '"{{input.letter}}"',
    );
  });

  test("offers no keys within a text", async () => {
    expect(await offers(withLine("llm_params: {}\nsystem: >\n  be: |"))).toEqual([]);
  });

  test("offers nothing within a block", async () => {
    expect(await offers(WITH_BLOCKS.replace("# the due date", "# {{inp|"))).toEqual([]);
  });
});

describe("definition", () => {
  test("leads to a used program, a field, a schema", async () => {
    const to = (piece: string, file?: string) =>
      placesOf("textDocument/definition", piece, {}, file);
    expect(await to("path: ./chi|ld")).toEqual(["child.rllm: child"]);
    expect(await to("{{uses.fac|ts.due}}")).toEqual(["child.rllm: child"]);
    expect(await to("{{uses.facts.du|e}}")).toEqual(["child.rllm: due"]);
    expect(await to("{{uses.all.0.du|e}}")).toEqual(["child.rllm: due"]);
    expect(await to("items.0.lab|el")).toEqual(["child.rllm: label"]);
    expect(await to("total.amo|unt")).toEqual(['types.json: "amount"']);
    expect(await to("with: { te|xt")).toEqual(["child.rllm: text"]);
    expect(await to("{{in|put.letter}}")).toEqual(["parent.rllm: input_schema"]);
    expect(await to('$ref: "./types|.json', "child.rllm")).toEqual(['types.json: "Money"']);
    expect(await to('$ref: "#/$de|fs/item', "child.rllm")).toEqual(["child.rllm: item"]);
  });
});

describe("references", () => {
  test("of a field are found in all programs and tests", async () => {
    const context = { includeDeclaration: true };
    const found = await placesOf("textDocument/references", "{{input.let|ter}}", { context });
    expect(found.toSorted()).toEqual([
      "letter.yaml: letter",
      ...Array.from({ length: 5 }, () => "parent.rllm: letter"),
    ]);
  });

  test("of a program are the entries that name it", async () => {
    const context = { includeDeclaration: true };
    expect(await placesOf("textDocument/references", "path: ./chi|ld", { context })).toEqual([
      "parent.rllm: ./child.rllm",
      "parent.rllm: ./child.rllm",
    ]);
  });
});

describe("rename", () => {
  async function rename(piece: string, newName: string, [name, text] = ["parent.rllm", PARENT]) {
    const position = positionOf(text, piece);
    return await editor.ask<WorkspaceEdit>("textDocument/rename", name, { position, newName });
  }

  test("changes an input field wherever it is named", async () => {
    const { changes } = await rename("{{input.let|ter}}", "mail");
    const parent = edited(PARENT, changes?.[editor.uri("parent.rllm")]);
    expect(parent).toBe(
      PARENT.replace("{letter: {type", "{mail: {type")
        .replace("[letter]", "[mail]")
        .replace("{{input.letter}}", "{{input.mail}}")
        .replace('{letter: "a"}', '{mail: "a"}')
        .replace("{letter: x}", "{mail: x}"),
    );
    const yaml = changes?.[editor.uri("letter.yaml")];
    expect(edited(FILES["letter.yaml"], yaml)).toBe("mail: hello\n");
  });

  test("changes an output field in the programs that use it, and in tests", async () => {
    const { changes } = await rename("{{uses.facts.du|e}}", "deadline");
    expect(edited(PARENT, changes?.[editor.uri("parent.rllm")])).toBe(
      PARENT.replace("facts.due", "facts.deadline").replace("all.0.due", "all.0.deadline"),
    );
    expect(edited(CHILD, changes?.[editor.uri("child.rllm")])).toBe(
      CHILD.replace("    due: {", "    deadline: {").replace("[due]", "[deadline]"),
    );
    const answer = await rename("{answ|er: {type", "reply");
    expect(
      edited(FILES["parent.test.yaml"], answer.changes?.[editor.uri("parent.test.yaml")]),
    ).toBe(FILES["parent.test.yaml"].replace("answer", "reply"));
  });

  test("says beforehand what would be renamed", async () => {
    const position = positionOf(PARENT, "{{input.let|ter}}");
    const told = await editor.ask<object>("textDocument/prepareRename", "parent.rllm", {
      position,
    });
    expect(told).toMatchObject({ placeholder: "letter" });
    const nothing = { position: positionOf(PARENT, "Du|e {{") };
    const refused = editor.ask("textDocument/prepareRename", "parent.rllm", nothing);
    expect(await reasonOf(refused)).toContain("Only fields of schemas");
  });

  test("changes an entry of uses", async () => {
    const { changes } = await rename("name: fac|ts", "found");
    expect(edited(PARENT, changes?.[editor.uri("parent.rllm")])).toBe(
      PARENT.replace("name: facts", "name: found").replaceAll("uses.facts", "uses.found"),
    );
  });

  test("changes what blocks write out", async () => {
    await editor.change("parent.rllm", { text: WITH_BLOCKS });
    const { changes } = await rename("{{uses.facts.du|e}}", "deadline", [
      "parent.rllm",
      WITH_BLOCKS,
    ]);
    const text = edited(WITH_BLOCKS, changes?.[editor.uri("parent.rllm")]);
    expect(text).toContain('context["uses"]["facts"]["deadline"]');
    expect(text).toContain("# the due date");
    const late = await rename("la|te: {type", "overdue", ["parent.rllm", WITH_BLOCKS]);
    expect(edited(WITH_BLOCKS, late.changes?.[editor.uri("parent.rllm")])).toContain(
      'result = {"overdue": ',
    );
    await editor.change("parent.rllm", { text: PARENT });
  });

  test.each([
    ["a name that is there", PARENT, "{answ|er: {type", "late", 'There is a "late" beside'],
    ["what is no name", PARENT, "{answ|er: {type", "a-b", '"a-b" is no name'],
    ["what YAML reads as something else", PARENT, "{answ|er: {type", "null", '"null" is no name'],
    ["what can't be renamed", PARENT, "max_con|text", "x", "Only fields of schemas"],
    [
      "a field that a block names in another way",
      WITH_BLOCKS.replace("# the due date", 'facts = context["uses"]["facts"]\nx = facts["due"]'),
      "{{uses.facts.du|e}}",
      "deadline",
      'mentions "due" in the post block',
    ],
    [
      "a field whose holder is handed on whole",
      PARENT.replace("{{input.letter}}", "{{uses.all.0}}"),
      "{{uses.all.0.du|e}}",
      "deadline",
      'hands on the whole of what holds "due"',
    ],
    [
      "a field of alternatives",
      PARENT.replace(
        "{type: object, properties: {letter: {type: string}}, required: [letter]}",
        "{type: object, anyOf: [{properties: {letter: {type: string}}}, {properties: {letter: {type: 'null'}}}]}",
      ),
      "{{input.let|ter}}",
      "mail",
      "Several parts of the schema describe it",
    ],
    [
      "a field that a reference leads through",
      PARENT.replace("late: {type: boolean}", "late: {$ref: '#/properties/answer'}"),
      "{answ|er: {type",
      "reply",
      'leads through "answer" by a $ref',
    ],
    [
      "a field that is described once more under if",
      PARENT.replace(
        "{letter: {type: string}}, required: [letter]",
        "{letter: {type: string}}, if: {properties: {letter: {const: a}}}, required: [letter]",
      ),
      "{{input.let|ter}}",
      "mail",
      'describes "letter" once more',
    ],
    [
      "a field that an alternative requires",
      PARENT.replace(", required: [letter]", ", anyOf: [{required: [letter]}]"),
      "{{input.let|ter}}",
      "mail",
      'has a "letter" that can\'t be followed',
    ],
    [
      "a field that a column of a test's rows fills",
      PARENT.replace("input: {letter: x}", "cases: ./rows.csv"),
      "{{input.let|ter}}",
      "mail",
      "takes its input from the columns of a file",
    ],
    [
      "a field that a default names",
      PARENT.replace("{letter: {type: string}}", "{letter: {type: string}}, default: {letter: a}"),
      "{{input.let|ter}}",
      "mail",
      'has a "letter" that can\'t be followed',
    ],
  ])("refuses %s", async (_, text, piece, newName, reason) => {
    await editor.change("parent.rllm", { text });
    const refused = rename(piece, newName, ["parent.rllm", text]);
    expect(await reasonOf(refused)).toContain(reason);
    await editor.change("parent.rllm", { text: PARENT });
  });

  test("refuses a field that only a block of another program names", async () => {
    const text = WITH_BLOCKS.replaceAll(/\{\{uses\.(?:facts|all\.0)\.due\}\}/g, "").replace(
      "# the due date",
      'facts = context["uses"]["facts"]\nx = facts["due"]',
    );
    await editor.change("parent.rllm", { text });
    const refused = rename("    du|e: {", "deadline", ["child.rllm", CHILD]);
    expect(await reasonOf(refused)).toContain("parent.rllm, line");
    await editor.change("parent.rllm", { text: PARENT });
  });

  test("refuses the input of a program that judges", async () => {
    const text = PARENT.replace("$.answer: y", "$.answer: {judge: ./child.rllm}");
    await editor.change("parent.rllm", { text });
    const refused = rename("{te|xt: {type", "letter", ["child.rllm", CHILD]);
    expect(await reasonOf(refused)).toContain("has it as a judge");
    await editor.change("parent.rllm", { text: PARENT });
  });

  test("refuses what a broken file may name", async () => {
    await editor.open("broken.rllm", "---\nname: [\nuses: letter\n---\n");
    expect(await reasonOf(rename("{{input.let|ter}}", "mail"))).toContain("can't be followed");
    await editor.close("broken.rllm");
  });
});

describe("the rest", () => {
  test("symbols are keys with fields and entries, and the parts of the body", async () => {
    interface Named {
      readonly name: string;
      readonly children?: readonly Named[];
    }
    await editor.change("parent.rllm", { text: WITH_BLOCKS });
    const symbols = await editor.ask<Named[]>("textDocument/documentSymbol", "parent.rllm");
    await editor.change("parent.rllm", { text: PARENT });
    const children = (name: string) =>
      symbols.find((each) => each.name === name)?.children?.map((each) => each.name);
    expect(children("uses")).toEqual(["facts", "all"]);
    expect(children("output_schema")).toEqual(["answer", "late"]);
    expect(children("tests")).toEqual(["one"]);
    expect(symbols.slice(-2).map(({ name }) => name)).toEqual(["prompt", "post (python)"]);
  });

  test("lenses run and test a program, and each of its tests", async () => {
    const lenses = await editor.ask<{ command: { command: string; arguments: string[] } }[]>(
      "textDocument/codeLens",
      "parent.rllm",
    );
    const path = join(editor.folder, "parent.rllm");
    expect(lenses.map(({ command }) => [command.command, ...command.arguments])).toEqual([
      ["modullm.run", path],
      ["modullm.test", path],
      ["modullm.test", path, "one"],
    ]);
  });

  test.each([
    ["blanks", PARENT.replace("name: parent", "name:    parent   ")],
    ["CRLF", PARENT.replace("name: parent", "name:    parent").replaceAll("\n", "\r\n")],
    ["the end", `${PARENT}\n\n\n`],
    ["what is no program", "---\nname: [\n---\n"],
    ["nothing", PARENT],
  ])("formatting does what fmt does: %s", async (_, text) => {
    const { formatProgram } = await import("../../../src/authoring/format.ts");
    await editor.change("parent.rllm", { text });
    const edits = await editor.ask<TextEdit[]>("textDocument/formatting", "parent.rllm", {
      options: { tabSize: 2, insertSpaces: true },
    });
    await editor.change("parent.rllm", { text: PARENT });
    let wanted = text;
    try {
      wanted = formatProgram(text);
    } catch {
      // It stays as it is.
    }
    expect(edited(text, edits)).toBe(wanted);
  });
});

/** Why a request is refused. */
async function reasonOf(request: Promise<unknown>): Promise<string> {
  return await request.then(
    (answer) => `it was answered: ${JSON.stringify(answer)}`,
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
  );
}

function edited(text: string, edits: readonly TextEdit[] = []): string {
  const lines = text.split("\n");
  const offsetOf = ({ line, character }: { line: number; character: number }): number =>
    lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  const ordered = edits.toSorted((a, b) => offsetOf(b.range.start) - offsetOf(a.range.start));
  return ordered.reduce(
    (before, { range, newText }) =>
      before.slice(0, offsetOf(range.start)) + newText + before.slice(offsetOf(range.end)),
    text,
  );
}
