import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { inspectProgram } from "../../src/library/inspect.ts";
import { inspectTree } from "../../src/library/tree.ts";
import { makeFolder, programText } from "../cli/command-line.ts";
import { failure } from "../config/place.ts";

function uses(...paths: string[]): string {
  return programText({
    uses: `[${paths.map((path, index) => `{name: e${index}, path: ${path}}`).join(", ")}]`,
  });
}

/** Names of the files below `folder`, each with those it leads to. */
async function shape(folder: string): Promise<Record<string, string[]>> {
  const { nodes } = await inspectTree(join(folder, "a.rllm"), {
    library: [join(folder, "library")],
  });
  const names = nodes.map(
    ({ path, missing }) => `${path.replace(`${folder}/`, "")}${missing === null ? "" : "!"}`,
  );
  return Object.fromEntries(
    nodes.map((node, index) => [names[index], node.edges.map(({ to }) => names[to] ?? "")]),
  );
}

describe("inspectTree()", () => {
  test("follows files and library names all the way down, each file once", async () => {
    const folder = makeFolder({
      "a.rllm": uses("b.rllm", "x/c", "./b.rllm"),
      "b.rllm": uses("x/c"),
      "library/x/c.rllm": uses("../../d.rllm"),
      "d.rllm": programText(),
    });
    expect(await shape(folder)).toEqual({
      "a.rllm": ["b.rllm", "library/x/c.rllm", "b.rllm"],
      "b.rllm": ["library/x/c.rllm"],
      "library/x/c.rllm": ["d.rllm"],
      "d.rllm": [],
    });
  });

  test("marks what is missing or broken, once, and goes on", async () => {
    const folder = makeFolder({
      "a.rllm": uses("gone.rllm", "bad.rllm", "x/lost", "b.rllm"),
      "b.rllm": uses("gone.rllm", "x/lost", "bad.rllm"),
      "bad.rllm": "no",
    });
    expect(await shape(folder)).toEqual({
      "a.rllm": ["gone.rllm!", "bad.rllm!", "x/lost!", "b.rllm"],
      "gone.rllm!": [],
      "bad.rllm!": [],
      "x/lost!": [],
      "b.rllm": ["gone.rllm!", "x/lost!", "bad.rllm!"],
    });
  });

  test("takes programs that use each other", async () => {
    const folder = makeFolder({ "a.rllm": uses("b.rllm"), "b.rllm": uses("a.rllm", "b.rllm") });
    expect(await shape(folder)).toEqual({ "a.rllm": ["b.rllm"], "b.rllm": ["a.rllm", "b.rllm"] });
  });

  test("fails where the program itself can't be read", async () => {
    expect((await failure(inspectTree(join(makeFolder(), "a.rllm")))).code).toBe("RLLM_001");
  });
});

test("inspectProgram() gives the path behind a library name", async () => {
  const folder = makeFolder({ "a.rllm": uses("x/c", "x/d"), "library/x/c.rllm": programText() });
  const { uses: found } = await inspectProgram(join(folder, "a.rllm"), {
    library: [join(folder, "library")],
  });
  expect(found.map(({ path, missing }) => [path, missing === null])).toEqual([
    [join(folder, "library/x/c.rllm"), true],
    ["x/d", false],
  ]);
});
