import { afterEach, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  isTrusted,
  trustedFolders,
  trustFile,
  trustFolder,
  untrustFolder,
} from "../../src/config/trust.ts";
import { failure, makePlace, type Place } from "./place.ts";

const places: Place[] = [];
function makeTrustPlace(): { place: Place; paths: { state: string } } {
  const place = makePlace();
  places.push(place);
  return { place, paths: { state: join(place.home, ".local", "state", "modullm") } };
}
afterEach(() => {
  for (const place of places.splice(0)) place.remove();
});

test("trustFolder() lists a folder once, by its real path, and untrustFolder() takes it off", () => {
  const { place, paths } = makeTrustPlace();
  symlinkSync(place.project, place.path("link"));
  expect(trustedFolders(paths)).toEqual([]);
  expect(trustFolder(paths, place.path("link"))).toBe(place.project);
  expect(trustFolder(paths, place.project)).toBe(place.project);
  expect(trustedFolders(paths)).toEqual([place.project]);
  expect(untrustFolder(paths, place.path("link"))).toBe(true);
  expect(untrustFolder(paths, place.project)).toBe(false);
  expect(trustedFolders(paths)).toEqual([]);
});

test("untrustFolder() takes a folder off that is gone", () => {
  const { place, paths } = makeTrustPlace();
  trustFolder(paths, place.project);
  rmSync(place.project, { recursive: true });
  expect(untrustFolder(paths, place.project)).toBe(true);
});

test("trustFolder() keeps the list to its owner and leaves no draft behind", () => {
  const { place, paths } = makeTrustPlace();
  trustFolder(paths, place.project);
  trustFolder(paths, place.home);
  expect(readdirSync(paths.state)).toEqual(["trusted-folders.json"]);
  expect(JSON.parse(readFileSync(trustFile(paths), "utf8"))).toEqual([place.home, place.project]);
  if (process.platform !== "win32") expect(statSync(trustFile(paths)).mode & 0o777).toBe(0o600);
});

test("trustFolder() rejects a folder that is not there", async () => {
  const { place, paths } = makeTrustPlace();
  const error = await failure(
    Promise.resolve().then(() => trustFolder(paths, place.path("nowhere"))),
  );
  expect(error.code).toBe("RLLM_018");
  expect(error.message).toBe(
    `Cannot trust folder "${place.path("nowhere")}": there is no such file or folder`,
  );
});

test("trustFolder() says why it can't write the list", async () => {
  const { place, paths } = makeTrustPlace();
  mkdirSync(join(place.home, ".local"));
  writeFileSync(join(place.home, ".local", "state"), "");
  const error = await failure(Promise.resolve().then(() => trustFolder(paths, place.project)));
  expect(error.code).toBe("RLLM_018");
  expect(error.message).toStartWith(
    `Cannot write the list of trusted folders "${trustFile(paths)}": `,
  );
});

test("isTrusted() does not reach below or above a folder", () => {
  const { place, paths } = makeTrustPlace();
  mkdirSync(join(place.project, "below"));
  trustFolder(paths, place.project);
  expect(isTrusted(paths, place.project)).toBe(true);
  expect(isTrusted(paths, join(place.project, "below"))).toBe(false);
  expect(isTrusted(paths, place.root)).toBe(false);
  expect(isTrusted(paths, place.path("nowhere"))).toBe(false);
});

describe("a list that can't be read", () => {
  test.each(["", "{", "{}", '"x"', "[1]"])("%p is RLLM_018", async (text) => {
    const { paths } = makeTrustPlace();
    mkdirSync(paths.state, { recursive: true });
    writeFileSync(trustFile(paths), text);
    const error = await failure(Promise.resolve().then(() => trustedFolders(paths)));
    expect(error.code).toBe("RLLM_018");
    expect(error.details).toEqual({
      path: trustFile(paths),
      reason: "it must hold a JSON array of strings",
    });
  });

  test("trusts nothing, with a warning, and stops nothing", async () => {
    const { place, paths } = makeTrustPlace();
    mkdirSync(paths.state, { recursive: true });
    writeFileSync(trustFile(paths), "{");
    const config = await place.load();
    expect(config.folderTrusted).toBe(false);
    expect(config.warnings).toEqual([
      `Cannot read the list of trusted folders "${trustFile(paths)}": it must hold a JSON array of strings. No folder is trusted.`,
    ]);
  });
});

test("loadConfig() knows whether the folder is trusted", async () => {
  const { place, paths } = makeTrustPlace();
  expect((await place.load()).folderTrusted).toBe(false);
  trustFolder(paths, place.project);
  expect((await place.load()).folderTrusted).toBe(true);
});
