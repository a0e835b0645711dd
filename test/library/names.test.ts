import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { loadProgram, loadText } from "../../src/library/load.ts";
import { createFinder, locateProgram } from "../../src/library/names.ts";
import { isProgramPath } from "../../src/library/program-path.ts";
import { scanLibrary } from "../../src/library/scan.ts";
import { makeFolder, programText } from "../cli/command-line.ts";
import { failure } from "../config/place.ts";

function version(text: string, body?: string): string {
  return programText({ version: text }, body);
}

function uses(...paths: string[]): string {
  const entries = paths.map((path, index) => `{name: e${index}, path: "${path}"}`);
  return programText({ uses: `[${entries.join(", ")}]` });
}

/** Finds names in the folders `a` and `b`. */
function finderIn(folder: string): (name: string) => Promise<string> {
  const finder = createFinder({ library: [join(folder, "a"), join(folder, "b")] });
  return async (name) => (await finder.find(name)).slice(folder.length + 1);
}

test("isProgramPath() tells paths from names", () => {
  const paths = ["x.rllm", "a/b.rllm", "./x", "../x", ".x", "/x", "C:\\x", "c:/x"];
  expect(paths.filter((path) => !isProgramPath(path))).toEqual([]);
  expect(["x", "a/b", "a/b@^1", "a.b/c", "rllm"].filter(isProgramPath)).toEqual([]);
});

describe("createFinder()", () => {
  test("takes the first folder that has the name", async () => {
    const find = finderIn(
      makeFolder({ "a/x/one.rllm": "", "b/x/one.rllm": "", "b/two.rllm": "", "b/x.rllm": "" }),
    );
    expect(await find("x/one")).toBe("a/x/one.rllm");
    expect(await find("two")).toBe("b/two.rllm");
    expect(await find("x")).toBe("b/x.rllm");
  });

  test("without a range takes the current file, else the newest version", async () => {
    const find = finderIn(
      makeFolder({
        "a/both.rllm": version("1.0.0"),
        "a/both@2.0.0.rllm": version("2.0.0"),
        "a/old@1.9.0.rllm": version("1.9.0"),
        "a/old@1.10.0.rllm": version("1.10.0"),
        "a/old@2.0.0-rc.1.rllm": version("2.0.0-rc.1"),
      }),
    );
    expect(await find("both")).toBe("a/both.rllm");
    expect(await find("old")).toBe("a/old@1.10.0.rllm");
    expect(await find("old@2.0.0-rc.1")).toBe("a/old@2.0.0-rc.1.rllm");
  });

  test("with a range takes the newest that the programs' own versions allow, of the first folder that has one", async () => {
    const find = finderIn(
      makeFolder({
        "a/p.rllm": version("1.3.1"),
        "a/p@1.2.0.rllm": version("1.2.0"),
        "a/p@1.3.0.rllm": version("1.3.0"),
        "b/p@1.2.9.rllm": version("1.2.9"),
        "b/p@2.1.0.rllm": version("2.1"),
      }),
    );
    expect(await find("p@^1.2")).toBe("a/p.rllm");
    expect(await find("p@~1.2")).toBe("a/p@1.2.0.rllm");
    expect(await find("p@1.3.0")).toBe("a/p@1.3.0.rllm");
    expect(await find("p@>=2")).toBe("b/p@2.1.0.rllm");
  });

  test("says which versions there are when none is allowed", async () => {
    const folder = makeFolder({ "a/p.rllm": version("1.3.1"), "b/p@2.1.0.rllm": version("2.1.0") });
    const error = await failure(finderIn(folder)("p@^3"));
    expect(error).toMatchObject({
      code: "RLLM_008",
      details: { path: "p@^3", versions: ["1.3.1", "2.1.0"], near: ["p@1.3.1", "p@2.1.0"] },
    });
    expect(error.message).toContain("the library has p in the versions 1.3.1, 2.1.0");
  });

  test("takes no pre-release that is not asked for", async () => {
    const error = await failure(
      finderIn(makeFolder({ "a/p@1.0.0-rc.1.rllm": version("1.0.0-rc.1") }))("p"),
    );
    expect(error).toMatchObject({ code: "RLLM_008", details: { near: ["p@1.0.0-rc.1"] } });
  });

  test("two different files of one version are ambiguous, two equal ones are not", async () => {
    const find = finderIn(
      makeFolder({
        "a/p.rllm": version("1.2.0", "One"),
        "a/p@1.2.rllm": version("1.2.0", "Two"),
        "a/same.rllm": version("1.2.0"),
        "a/same@1.2.0.rllm": version("1.2.0"),
      }),
    );
    const error = await failure(find("p@^1"));
    expect(error.code).toBe("RLLM_008");
    expect(error.message).toContain("is ambiguous");
    expect((error.details["near"] as string[]).map((path) => path.split("/").at(-1))).toEqual([
      "p.rllm",
      "p@1.2.rllm",
    ]);
    expect(await find("p")).toBe("a/p.rllm");
    expect(await find("same@^1")).toMatch(/^a\/same(@1\.2\.0)?\.rllm$/);
  });

  test("a file whose name and program disagree about the version is refused", async () => {
    const error = await failure(
      finderIn(makeFolder({ "a/p@1.2.0.rllm": version("1.3.0") }))("p@^1"),
    );
    expect(error).toMatchObject({ code: "RLLM_008", details: { versions: ["1.2.0", "1.3.0"] } });
  });

  test.each<[name: string, near: string[]]>([
    ["extract/fcts", ["extract/facts", "check/facts"]],
    ["facts", ["check/facts", "extract/facts"]],
    ["extrcat/facts", ["extract/facts", "check/facts"]],
    ["FACTS", ["check/facts", "extract/facts"]],
    ["extract", ["extract/facts", "extract/names"]],
    ["quite/different", []],
  ])("a missing %p is near to %j", async (name, near) => {
    const folder = makeFolder({
      "a/extract/facts.rllm": "",
      "a/extract/names@1.0.0.rllm": "",
      "b/check/facts.rllm": "",
    });
    const error = await failure(finderIn(folder)(name));
    expect(error).toMatchObject({ code: "RLLM_008", details: { path: name, near } });
    for (const one of near) expect(error.message).toContain(`"${one}"`);
  });

  test.each([
    "a//b",
    "a/",
    "/a/../b",
    "a/../b",
    "a/./b",
    "a\\b",
    "@1",
    "a@",
    "a@latest",
    "a/b@^1/c",
    "a\0b",
    "~/a",
    "a:b",
    "",
  ])("%j is no name, and nothing is looked for outside the library", async (name) => {
    const folder = makeFolder({ "b.rllm": "", "a/a/b.rllm": "" });
    const error = await failure(finderIn(folder)(name));
    expect(error).toMatchObject({ code: "RLLM_008", details: { path: name, near: [] } });
    expect(error.message).toContain("neither a path nor a library name");
  });

  test("a folder that can't be read is said, not passed over", async () => {
    const folder = makeFolder({ "b/p.rllm": "" });
    symlinkSync("a", join(folder, "a"));
    const error = await failure(finderIn(folder)("p"));
    expect(error).toMatchObject({ code: "RLLM_008", details: { path: join(folder, "a") } });
  });

  test("asks for the library only once a name is met", async () => {
    const folder = makeFolder({ "main.rllm": uses("./part.rllm"), "part.rllm": programText() });
    let asked = 0;
    const library = async () => [folder].slice(0, ++asked);
    await loadProgram(join(folder, "main.rllm"), { library });
    expect(asked).toBe(0);
    await loadText(uses("part", "part@*"), folder, { library });
    expect(asked).toBe(2);
  });
});

describe("loadProgram() with a library", () => {
  test("finds names all the way down, and a file named in two ways is one program", async () => {
    const folder = makeFolder({
      "main.rllm": uses("extract/facts", "extract/facts@^0.1", "./library/extract/facts.rllm"),
      "library/extract/facts.rllm": uses("check/grounded"),
      "library/check/grounded.rllm": programText(),
    });
    const loaded = await loadProgram(join(folder, "main.rllm"), {
      library: [join(folder, "library")],
    });
    expect(new Set(loaded.uses.map(({ child }) => child)).size).toBe(1);
    expect(loaded.uses[0]?.child.uses[0]?.child.path).toBe(
      join(folder, "library/check/grounded.rllm"),
    );
  });

  test("programs of the library that use each other are a cycle", async () => {
    const folder = makeFolder({ "library/a.rllm": uses("b"), "library/b.rllm": uses("a") });
    const [a, b] = [join(folder, "library/a.rllm"), join(folder, "library/b.rllm")];
    const error = await failure(loadProgram(a, { library: [join(folder, "library")] }));
    expect(error).toMatchObject({ code: "RLLM_008", details: { cycle: [a, b, a] } });
  });

  test("a missing name says through which entries it was asked for", async () => {
    const folder = makeFolder({ "main.rllm": uses("facts"), "library/facts.rllm": uses("facst") });
    const error = await failure(
      loadProgram(join(folder, "main.rllm"), { library: [join(folder, "library")] }),
    );
    expect(error.details).toMatchObject({
      near: ["facts"],
      chain: [
        { name: "e0", path: join(folder, "library/facts.rllm") },
        { name: "e0", path: "facst" },
      ],
    });
  });
});

describe("locateProgram()", () => {
  const files = {
    "x.rllm": "",
    plain: "",
    "library/plain.rllm": "",
    "library/x/y.rllm": "",
    "x/other": "",
  };

  test("takes paths as they are, files before the library, and the library before folders", async () => {
    const cwd = makeFolder(files);
    const at = async (written: string) =>
      (await locateProgram(written, { cwd, library: [join(cwd, "library")] })).slice(
        cwd.length + 1,
      );
    expect(await at("gone.rllm")).toBe("gone.rllm");
    expect(await at("plain")).toBe("plain");
    expect(await at("x/y")).toBe("library/x/y.rllm");
    expect(await at("x/other")).toBe("x/other");
    expect(await failure(at("x/z"))).toMatchObject({
      code: "RLLM_008",
      details: { near: ["x/y"] },
    });
  });

  test("without any library takes what is not there for a path", async () => {
    const cwd = makeFolder();
    expect(await locateProgram("plain", { cwd, library: [join(cwd, "library")] })).toBe(
      join(cwd, "plain"),
    );
  });
});

test("scanLibrary() lists names once, without versions, hidden folders and packages", async () => {
  const folder = makeFolder({
    "a/p.rllm": "",
    "a/p@1.0.0.rllm": "",
    "a/x/y/z@2.0.0.rllm": "",
    "a/.git/q.rllm": "",
    "a/node_modules/m/q.rllm": "",
    "a/readme.md": "",
    "b/p.rllm": "",
  });
  const roots = [join(folder, "a"), join(folder, "b"), join(folder, "gone")];
  expect(await scanLibrary(roots)).toEqual(["p", "x/y/z"]);
});
