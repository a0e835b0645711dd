import { expect, test } from "bun:test";
import { findPaths, formerFolder } from "../../src/config/paths.ts";

test("findPaths() follows the XDG variables", () => {
  const env = {
    XDG_CONFIG_HOME: "/c",
    XDG_DATA_HOME: "/d",
    XDG_STATE_HOME: "/s",
    XDG_CACHE_HOME: "/k",
  };
  expect(findPaths({ env, platform: "linux", home: "/home/ada" })).toEqual({
    config: "/c/modullm",
    data: "/d/modullm",
    state: "/s/modullm",
    cache: "/k/modullm",
    formerStatistics: "/c/runllm/stats.db",
  });
});

test.each(["linux", "darwin"] as const)("findPaths() takes the usual folders on %s", (platform) => {
  expect(findPaths({ env: {}, platform, home: "/home/ada" })).toEqual({
    config: "/home/ada/.config/modullm",
    data: "/home/ada/.local/share/modullm",
    state: "/home/ada/.local/state/modullm",
    cache: "/home/ada/.cache/modullm",
    formerStatistics: "/home/ada/.config/runllm/stats.db",
  });
});

test("findPaths() takes home from HOME", () => {
  expect(findPaths({ env: { HOME: "/h" }, platform: "linux" }).config).toBe("/h/.config/modullm");
});

test("findPaths() passes over relative and blank XDG variables", () => {
  const env = { XDG_CONFIG_HOME: "etc", XDG_DATA_HOME: " ", XDG_STATE_HOME: "" };
  const paths = findPaths({ env, platform: "linux", home: "/h" });
  expect([paths.config, paths.data, paths.state]).toEqual([
    "/h/.config/modullm",
    "/h/.local/share/modullm",
    "/h/.local/state/modullm",
  ]);
});

test("findPaths() takes APPDATA and LOCALAPPDATA on Windows", () => {
  const env = {
    APPDATA: "C:\\Users\\ada\\AppData\\Roaming",
    LOCALAPPDATA: "D:\\Local",
    USERPROFILE: "C:\\Users\\ada",
  };
  expect(findPaths({ env, platform: "win32" })).toEqual({
    config: "C:\\Users\\ada\\AppData\\Roaming\\modullm",
    data: "D:\\Local\\modullm\\data",
    state: "D:\\Local\\modullm\\state",
    cache: "D:\\Local\\modullm\\cache",
    formerStatistics: "C:\\Users\\ada\\.config\\runllm\\stats.db",
  });
});

test("findPaths() falls back to the profile on Windows, and to XDG variables before that", () => {
  const env = { USERPROFILE: "C:\\Users\\ada", XDG_DATA_HOME: "E:\\data" };
  const paths = findPaths({ env, platform: "win32" });
  expect(paths.config).toBe("C:\\Users\\ada\\AppData\\Roaming\\modullm");
  expect(paths.data).toBe("E:\\data\\modullm");
});

test("formerFolder() stands beside", () => {
  expect(formerFolder("/home/ada/.config/modullm")).toBe("/home/ada/.config/runllm");
  expect(formerFolder("C:\\Roaming\\modullm")).toBe("C:\\Roaming\\runllm");
});
