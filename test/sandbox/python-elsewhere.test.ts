import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { macosProfile } from "../../src/sandbox/python/macos.ts";
import { pythonHere } from "./python-here.ts";

const here = await pythonHere("none");
const folder = join(import.meta.dir, "../../src/sandbox/python");

describe.skipIf(typeof here === "string")("Python on systems that are not this one", () => {
  if (typeof here === "string") return;

  test("macosProfile() refuses all but what it names, whatever paths hold", () => {
    const odd = {
      ...here,
      executable: '/opt/a"b\\c/python3',
      library: ["/opt/lib (allow network*)"],
      loaded: [],
    };
    const profile = macosProfile(odd, "/private/tmp/own");
    expect(profile.split("\n").slice(0, 2)).toEqual(["(version 1)", "(deny default)"]);
    expect(profile).toContain('(allow process-exec (literal "/opt/a\\"b\\\\c/python3"))');
    expect(profile).toContain('(allow file-read* (subpath "/opt/lib (allow network*)"))');
    expect(profile.match(/file-write\*/g)).toHaveLength(1);
    expect(macosProfile(odd, null)).not.toContain("file-write*");
    expect(
      profile
        .split("\n")
        .filter((line) => /^\(allow (?:network|mach|signal|process-fork)/.test(line)),
    ).toEqual([]);
  });

  for (const name of readdirSync(folder).filter((file) => file.endsWith(".py")))
    test(`${name} is Python`, () => {
      const check = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')";
      execFileSync(here.executable, ["-I", "-S", "-c", check, join(folder, name)], {
        stdio: "pipe",
      });
    });
});
