import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ModullmError } from "../../src/core/error.ts";
import { inspectProgram } from "../../src/library/inspect.ts";
import { loadProgram } from "../../src/library/load.ts";
import { validateProgram } from "../../src/library/validate.ts";

const OBJECT =
  "{type: object, properties: {out: {type: string}}, required: [out], additionalProperties: false}";

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "load-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function file(name: string, uses = "", body = "Hi"): string {
  return `---\nname: ${name}\ndescription: d\nversion: 1.0.0\nauthor: a\nmax_context_window: 100\ninput_schema: {type: object}\noutput_schema: ${OBJECT}\nllm: {model: a/m}\nllm_params: {}\n${uses === "" ? "" : `uses: ${uses}\n`}---\n${body}`;
}

async function failure(promise: Promise<unknown>): Promise<ModullmError> {
  return await promise.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: ModullmError) => error,
  );
}

describe("loadProgram()", () => {
  test("reads a file used twice once", async () => {
    const folder = folderOf({
      "a.rllm": file("a", "[{name: x, path: k/b.rllm}, {name: y, path: ./k/b.rllm}]"),
      "k/b.rllm": file("b"),
    });
    const loaded = await loadProgram(join(folder, "a.rllm"));
    expect(loaded.uses.map(({ child }) => child.path)).toEqual([
      join(folder, "k/b.rllm"),
      join(folder, "k/b.rllm"),
    ]);
    expect(loaded.uses[0]?.child).toBe(loaded.uses[1]?.child as never);
  });

  test("names the whole cycle of files that use each other", async () => {
    const folder = folderOf({
      "a.rllm": file("a", "[{name: b, path: b.rllm}]"),
      "b.rllm": file("b", "[{name: a, path: a.rllm}]"),
    });
    const [a, b] = [join(folder, "a.rllm"), join(folder, "b.rllm")];
    const error = await failure(loadProgram(a));
    expect(error).toMatchObject({ code: "RLLM_008", details: { cycle: [a, b, a] } });
  });

  test("says which file is missing, and through which entries", async () => {
    const folder = folderOf({
      "a.rllm": file("a", "[{name: b, path: b.rllm}]"),
      "b.rllm": file("b", "[{name: c, path: nope.rllm}]"),
    });
    const error = await failure(loadProgram(join(folder, "a.rllm")));
    expect(error).toMatchObject({ code: "RLLM_001", details: { path: join(folder, "nope.rllm") } });
    expect((error.details["chain"] as { name: string }[]).map((step) => step.name)).toEqual([
      "b",
      "c",
    ]);
  });

  test.each([
    ["a folder", (folder: string) => folder, "it is a folder"],
    [
      "bytes that are no text",
      (folder: string) => join(folder, "bad.rllm"),
      "it is not UTF-8 text",
    ],
  ])("refuses %s", async (_, pathIn, why) => {
    const folder = folderOf({});
    writeFileSync(join(folder, "bad.rllm"), new Uint8Array([0x2d, 0xff, 0xfe]));
    const error = await failure(loadProgram(pathIn(folder)));
    expect(error.code).toBe("RLLM_001");
    expect(error.message).toContain(why);
  });

  test("a library name is refused with what to write", async () => {
    const folder = folderOf({ "a.rllm": file("a", "[{name: x, path: extract/facts}]") });
    expect(await failure(loadProgram(join(folder, "a.rllm")))).toMatchObject({
      code: "RLLM_008",
      details: { path: "extract/facts" },
    });
  });
});

describe("validateProgram()", () => {
  const uses = "[{name: b, path: b.rllm}]";

  test("follows uses unless shallow", async () => {
    const folder = folderOf({ "a.rllm": file("a", uses) });
    expect((await failure(validateProgram(join(folder, "a.rllm")))).code).toBe("RLLM_001");
    expect(await validateProgram(join(folder, "a.rllm"), { shallow: true })).toMatchObject({
      ok: true,
      name: "a",
    });
  });

  test("warns of a path that the child's output can't have, and of schemas no value meets", async () => {
    const folder = folderOf({
      "a.rllm": file("a", uses, "{{uses.b.ot}}"),
      "b.rllm": file("b").replace(
        "input_schema: {type: object}",
        "input_schema: {type: object, properties: {n: {type: integer, minimum: 5, maximum: 1}}}",
      ),
    });
    const { warnings } = await validateProgram(join(folder, "a.rllm"));
    expect(warnings.map((warning) => warning.message).join("\n")).toContain('did you mean "out"');
    expect(warnings.some((warning) => warning.path === join(folder, "b.rllm"))).toBe(true);
  });

  test("strict takes warnings as errors", async () => {
    const folder = folderOf({ "a.rllm": file("a").replace("llm_params", "extra: 1\nllm_params") });
    const error = await failure(validateProgram(join(folder, "a.rllm"), { strict: true }));
    expect(error).toMatchObject({ code: "RLLM_002" });
    expect(error.details["warnings"]).toHaveLength(1);
  });
});

describe("inspectProgram()", () => {
  test("marks a child that can't be read", async () => {
    const folder = folderOf({
      "a.rllm": file("a", "[{name: b, path: b.rllm}, {name: c, path: nope.rllm}]"),
      "b.rllm": file("b"),
    });
    const { uses } = await inspectProgram(join(folder, "a.rllm"));
    expect(uses.map(({ path, missing }) => [path, missing === null])).toEqual([
      [join(folder, "b.rllm"), true],
      [join(folder, "nope.rllm"), false],
    ]);
  });
});
