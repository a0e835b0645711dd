import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, programText, worldOf } from "../cli/command-line.ts";
import { serveRegistry } from "../plugin/registry-server.ts";
import { markingScripts, sampleFiles } from "../plugin/sample.ts";

const BINARY = join(import.meta.dir, "../../dist/modullm");
const PROGRAM = programText({
  llm: "{model: sample/mirror}",
  max_context_window: "9000",
  output_schema:
    "{type: object, properties: {env: {type: object}, file: {type: string}}, required: [env]}",
});

interface Finished {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The binary on a machine that has nothing else: no Node, no Bun, no git. */
async function modullm(
  args: string[],
  folder: string,
  env: Record<string, string> = {},
): Promise<Finished> {
  const child = Bun.spawn([BINARY, ...args], {
    cwd: folder,
    env: { ...worldOf(folder), PATH: join(folder, "empty"), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exit: await child.exited, stdout, stderr };
}

describe("the binary, where there is neither Node nor Bun,", () => {
  test("installs a TypeScript plugin from a folder, and runs it by itself", async () => {
    if (!existsSync(BINARY)) throw new Error("there is no dist/modullm: run npm run build first");
    const folder = makeFolder({ "a.rllm": PROGRAM });
    for (const name of ["node", "bun"]) {
      const found = spawnSync("/bin/sh", ["-c", `command -v ${name}`], {
        env: { PATH: join(folder, "empty") },
      });
      expect(found.status).not.toBe(0);
    }
    const installed = await modullm(
      ["plugins", "install", makeFolder(sampleFiles()), "--yes"],
      folder,
    );
    expect(installed).toMatchObject({ exit: 0, stderr: "" });
    const ran = await modullm(["run", "a.rllm", "--text", "hi"], folder);
    expect({ exit: ran.exit, told: ran.exit === 0 ? "" : ran.stdout }).toEqual({
      exit: 0,
      told: "",
    });
    const { env, file } = JSON.parse(ran.stdout) as { env: Record<string, string>; file: string };
    expect(env).toMatchObject({ BUN_BE_BUN: "1", PATH: join(folder, "empty") });
    expect(file.startsWith(join(folder, "data/modullm/plugins/sample@"))).toBe(true);
  });

  test("installs one from a registry with what it depends on, and runs no script of either", async () => {
    const folder = makeFolder({ "a.rllm": PROGRAM });
    const mark = join(folder, "mark");
    const about = {
      name: "inner",
      version: "1.0.0",
      type: "module",
      main: "index.js",
      ...markingScripts(mark),
    };
    const files = sampleFiles({
      package: { dependencies: { inner: "^1.0.0" }, ...markingScripts(mark) },
    });
    const registry = serveRegistry({
      inner: {
        "1.0.0": {
          files: {
            "package.json": JSON.stringify(about),
            "index.js": "export const word = 'inner';",
          },
        },
      },
      "modullm-plugin-sample": {
        "1.0.0": {
          files: {
            ...files,
            "main.ts": `import { word } from "inner";\nprocess.stderr.write(word);\n${files["main.ts"]}`,
          },
        },
      },
    });
    const installed = await modullm(
      ["plugins", "install", "modullm-plugin-sample", "--yes"],
      folder,
      registry.env,
    );
    registry.stop();
    expect(installed).toMatchObject({ exit: 0, stderr: "" });
    const place = (JSON.parse(installed.stdout) as { folder: string }).folder;
    expect(readdirSync(join(place, "node_modules"))).toEqual(["inner"]);
    expect(await modullm(["run", "a.rllm", "--text", "hi"], folder)).toMatchObject({ exit: 0 });
    expect(existsSync(mark)).toBe(false);
  });

  test("reaches the registry through a proxy", async () => {
    const folder = makeFolder();
    const asked: string[] = [];
    const proxy = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        asked.push(request.url);
        return Response.json({
          objects: [{ package: { name: "modullm-plugin-far", version: "1.0.0" } }],
        });
      },
    });
    const env = {
      npm_config_registry: "http://registry.invalid",
      http_proxy: `http://127.0.0.1:${proxy.port}`,
    };
    const found = await modullm(["plugins", "search"], folder, env);
    await proxy.stop(true);
    expect(found).toMatchObject({ exit: 0 });
    expect(found.stdout).toContain("modullm-plugin-far");
    expect(asked[0]).toContain("/-/v1/search?text=keywords%3Amodullm-plugin");
  });

  test("that is interrupted while it installs leaves nothing", async () => {
    const folder = makeFolder();
    const registry = serveRegistry();
    const asked = Promise.withResolvers<void>();
    registry.intercept = async () => {
      asked.resolve();
      return await new Promise(() => {});
    };
    const child = Bun.spawn([BINARY, "plugins", "install", "modullm-plugin-sample", "--yes"], {
      cwd: folder,
      env: { ...worldOf(folder), ...registry.env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    await asked.promise;
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
    expect(await new Response(child.stdout).text()).toContain("RLLM_022");
    expect(readdirSync(join(folder, "data/modullm/plugins"))).toEqual([]);
    registry.stop();
  });
});
