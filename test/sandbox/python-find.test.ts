import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { ModullmError } from "../../src/core/error.ts";
import { findPython, type FindPythonOptions } from "../../src/sandbox/python/find.ts";
import { pythonHere } from "./python-here.ts";

const here = await pythonHere("none");
const versions = join(homedir(), ".pyenv/versions");

describe.skipIf(typeof here === "string" || process.platform === "win32")("findPython()", () => {
  if (typeof here === "string") return;
  const real = here.executable;
  let folder = "";
  let options: FindPythonOptions;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "python-find-"));
    mkdirSync(join(folder, "bin"));
    options = {
      setting: null,
      env: { PATH: join(folder, "bin") },
      cache: join(folder, "cache"),
      cwd: folder,
    };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(name: string, text: string): string {
    const path = join(folder, "bin", name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return path;
  }

  /**
   * A shim as version managers have them: it writes down each call, and runs what the file
   * `.python-version` names.
   */
  function shim(): () => number {
    const calls = join(folder, "calls");
    program(
      "python3",
      `echo called >> "${calls}"\nread -r python < "${folder}/.python-version"\nexec "$python" "$@"`,
    );
    return () => (existsSync(calls) ? readFileSync(calls, "utf8").split("\n").length - 1 : 0);
  }

  async function failure(given: Partial<FindPythonOptions> = {}): Promise<ModullmError> {
    try {
      await findPython({ ...options, ...given });
    } catch (thrown) {
      if (thrown instanceof ModullmError) return thrown;
      throw thrown;
    }
    throw new Error("it was found");
  }

  test("takes python3 on PATH before python, past links", async () => {
    symlinkSync(real, join(folder, "bin/python"));
    expect(await findPython(options)).toMatchObject({
      found: join(folder, "bin/python"),
      executable: real,
    });
    symlinkSync(real, join(folder, "bin/python3"));
    const found = await findPython(options);
    expect(found).toMatchObject({
      found: join(folder, "bin/python3"),
      executable: real,
      implementation: "cpython",
    });
    expect(found.version).toMatch(/^3\.\d+\.\d+$/);
    expect(found.library.some((path) => existsSync(join(path, "os.py")))).toBe(true);
  });

  test("takes a path or a name from the settings", async () => {
    symlinkSync(real, join(folder, "bin/python3.99"));
    expect((await findPython({ ...options, setting: real })).executable).toBe(real);
    expect((await findPython({ ...options, setting: "python3.99" })).executable).toBe(real);
    expect((await findPython({ ...options, setting: "./bin/python3.99" })).executable).toBe(real);
  });

  test("looks past a shim, once", async () => {
    const calls = shim();
    writeFileSync(join(folder, ".python-version"), `${real}\n`);
    expect(await findPython(options)).toMatchObject({
      found: join(folder, "bin/python3"),
      executable: real,
    });
    expect(calls()).toBe(1);
    expect((await findPython(options)).executable).toBe(real);
    expect(calls()).toBe(1);
  });

  test("asks a shim again when what it goes by has changed", async () => {
    const calls = shim();
    writeFileSync(join(folder, ".python-version"), `${real}\n`);
    await findPython(options);
    const other = join(folder, "bin/python3.other");
    symlinkSync(real, other);
    writeFileSync(join(folder, ".python-version"), `${other}\n`);
    expect((await findPython(options)).launcher).toBe(other);
    expect(calls()).toBe(2);
    await findPython({ ...options, env: { ...options.env, PYENV_VERSION: "3.99" } });
    expect(calls()).toBe(3);
    const below = join(folder, "below");
    mkdirSync(below);
    writeFileSync(join(below, ".python-version"), "another");
    await findPython({ ...options, cwd: below });
    expect(calls()).toBe(4);
  });

  test("keeps the packages of a virtual environment for code that is trusted", async () => {
    const launcher = join(folder, "venv/bin/python3");
    mkdirSync(join(folder, "venv/bin"), { recursive: true });
    symlinkSync(real, launcher);
    writeFileSync(join(folder, "venv/pyvenv.cfg"), `home = ${join(real, "..")}\n`);
    const found = await findPython({ ...options, env: { PATH: join(folder, "venv/bin") } });
    expect(found).toMatchObject({ launcher, executable: real });
  });

  test("does not believe a record that others can write, or that is broken", async () => {
    const calls = shim();
    writeFileSync(join(folder, ".python-version"), `${real}\n`);
    await findPython(options);
    const [name = "none"] = readdirSync(options.cache);
    const record = join(options.cache, name);
    chmodSync(record, 0o666);
    await findPython(options);
    expect(calls()).toBe(2);
    writeFileSync(record, "{");
    await findPython(options);
    expect(calls()).toBe(3);
    expect(readdirSync(options.cache)).toEqual([name]);
  });

  test("works where nothing can be kept", async () => {
    writeFileSync(join(folder, "file"), "");
    expect(
      (await findPython({ ...options, setting: real, cache: join(folder, "file/cache") }))
        .executable,
    ).toBe(real);
  });

  test("says that there is none, and what to do", async () => {
    const error = await failure();
    expect(error).toMatchObject({ code: "RLLM_009", details: { exception: "SandboxUnavailable" } });
    expect(error.message).toBe('Cannot find a Python: there is no "python3" on PATH');
    expect(error.hint).toContain("sandbox.python");
    expect((await failure({ setting: "python9" })).message).toContain(
      '"python9", which sandbox.python names',
    );
  });

  test("says why one will not do", async () => {
    program("python3", 'echo "pyenv: version 3.99 is not installed" >&2; exit 1');
    expect((await failure()).message).toContain("pyenv: version 3.99 is not installed");
    program("python3", "echo not a python");
    expect((await failure()).message).toContain(
      `Cannot use the Python "${join(folder, "bin/python3")}"`,
    );
    expect(existsSync(options.cache)).toBe(false);
  });

  for (const version of ["2.7.18", "3.6.15", "3.7.16", "3.8.18"]) {
    const python = join(versions, version, "bin/python");
    test.skipIf(!existsSync(python))(`refuses Python ${version} by name`, async () => {
      const error = await failure({ setting: python });
      expect(error.message).toContain(`it is Python ${version}, and 3.9 or newer is needed`);
    });
  }
});
