import { afterEach, describe, expect, test } from "bun:test";
import { absoluteFolder, findLibrary } from "../../src/config/library-path.ts";
import { makePlace, type Place } from "./place.ts";

const OURS = "home/.config/modullm/config.yaml";
const FORMER = "home/.config/runllm/config.yaml";

const places: Place[] = [];
function place(files: Record<string, string> = {}): Place {
  const made = makePlace(files);
  places.push(made);
  return made;
}
afterEach(() => {
  for (const made of places.splice(0)) made.remove();
});

describe("findLibrary()", () => {
  const nothing = {
    variable: null,
    configured: [],
    cwd: "/there",
    home: "/home/ada",
    windows: false,
  };

  test("without settings is the working folder's library", () => {
    expect(findLibrary(nothing)).toEqual(["/there/library"]);
  });

  test("puts MODULLM_PATH first, then the configuration, each folder once", () => {
    const variable = "/a: b ::~/c:/there/library";
    expect(findLibrary({ ...nothing, variable, configured: ["/d", "/a"] })).toEqual([
      "/a",
      "/there/b",
      "/home/ada/c",
      "/there/library",
      "/d",
    ]);
  });

  test("splits at semicolons on Windows, where a drive has a colon", () => {
    const windows = { ...nothing, cwd: "C:\\work", home: "C:\\Users\\ada", windows: true };
    expect(findLibrary({ ...windows, variable: "D:\\a;~\\b;c" })).toEqual([
      "D:\\a",
      "C:\\Users\\ada\\b",
      "C:\\work\\c",
      "C:\\work\\library",
    ]);
  });
});

test("absoluteFolder() takes only a leading ~ alone for the home folder", () => {
  const at = { base: "/base", home: "/home/ada", windows: false };
  expect(["~", "~x", "./~/x", "/a/../b"].map((folder) => absoluteFolder(folder, at))).toEqual([
    "/home/ada",
    "/base/~x",
    "/base/~/x",
    "/b",
  ]);
});

describe("loadConfig() library", () => {
  test("comes from MODULLM_PATH, then config.yaml beside which it is written, then the project", async () => {
    const made = place({
      [OURS]: "library: [programs, ~/mine]",
      [FORMER]: "library: [/old]",
      "project/.env": "",
    });
    expect((await made.load({ MODULLM_PATH: "given" })).library).toEqual([
      made.path("project/given"),
      made.path("home/.config/modullm/programs"),
      made.path("home/mine"),
      made.path("project/library"),
    ]);
  });

  test("an empty list is as none: the former folder's counts", async () => {
    const made = place({ [OURS]: "library: []", [FORMER]: "library: [/old]" });
    expect((await made.load()).library).toEqual(["/old", made.path("project/library")]);
  });

  test("a project's .env may set MODULLM_PATH, and the process environment wins", async () => {
    const made = place({ "project/.env": "MODULLM_PATH=/from-file" });
    expect((await made.load()).library[0]).toBe("/from-file");
    expect((await made.load({ RUNLLM_PATH: "/from-process" })).library[0]).toBe("/from-process");
  });

  test("without autoload the environment and the project's folder still count", async () => {
    const made = place({ [OURS]: "library: [/mine]" });
    expect((await made.load({ MODULLM_PATH: "/given" }, false)).library).toEqual([
      "/given",
      made.path("project/library"),
    ]);
  });
});
