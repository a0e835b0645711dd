import { afterAll, describe, expect, test } from "bun:test";
import { execFileSync, spawn } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ModullmError } from "../../src/core/error.ts";
import {
  createContainerSandbox,
  type ContainerSandboxOptions,
} from "../../src/sandbox/container/container.ts";
import { findEngine } from "../../src/sandbox/container/engine.ts";
import { containerName } from "../../src/sandbox/container/leftovers.ts";
import { buildTestImage, type TestImage } from "./container-image.ts";
import { testSandbox } from "./sandbox-suite.ts";
import { failureOf, rejectionOf, valueOf } from "./suite/case.ts";

const never = new AbortController().signal;
const podman = findEngine("podman", process.env)?.path ?? null;
/** Milliseconds: each opening takes half a second or more. */
const SLOW = 120_000;
const { image, reason } = await prepare();

afterAll(() => image?.remove(), SLOW);

function create(more: Partial<ContainerSandboxOptions> = {}) {
  return createContainerSandbox({ engine: "podman", image: image?.name ?? "", ...more });
}

testSandbox("container, podman", {
  language: "python",
  create: () => create(),
  leftovers: async () => [...containers(), ...(await settled())],
  skipAll: reason,
});

describe.skipIf(reason !== null)(
  `createContainerSandbox() ${reason === null ? "" : `(not here: ${reason})`}`,
  () => {
    test(
      "tells what works here, and what confines the code",
      async () => {
        const sandbox = create();
        expect(sandbox.facts).toBeNull();
        const session = await sandbox.open({ builtins: "all" }, never);
        expect(session.level).toBe("container");
        expect(sandbox.facts).toMatchObject({ engine: "podman", path: podman ?? "" });
        const status =
          "{n: v.strip() for n, _, v in (l.partition(':') for l in open('/proc/self/status'))}";
        const code = `import os\ns = ${status}\nresult = [s['CapEff'], s['CapBnd'], s['NoNewPrivs'], s['Seccomp'], os.getuid(), sorted(os.listdir('/sys/class/net'))]`;
        const none = "0".repeat(16);
        expect(valueOf(await session.run(code, {}))).toEqual([
          none,
          none,
          "1",
          "2",
          65_534,
          ["lo"],
        ]);
        await sandbox.close();
      },
      SLOW,
    );

    test(
      "has one small folder to write to",
      async () => {
        const sandbox = create();
        const session = await sandbox.open({ builtins: "all" }, never);
        const code = [
          "import os",
          "written = []",
          "for folder, _, _ in os.walk('/'):",
          "    if folder.startswith('/proc'): continue",
          "    try:",
          "        open(folder + '/x', 'w').close()",
          "        written.append(folder)",
          "    except OSError: pass",
          "result = written",
        ].join("\n");
        expect(valueOf(await session.run(code, {}))).toEqual(["/tmp"]);
        const fill =
          "for n in range(4):\n    with open(f'/tmp/{n}', 'wb') as f: f.write(bytes(15 << 20))";
        expect(failureOf(await session.run(fill, {})).exception).toBe("OSError");
        await sandbox.close();
      },
      SLOW,
    );

    test(
      "lets the code start no process",
      async () => {
        const sandbox = create();
        const session = await sandbox.open(
          { builtins: "all", limits: { timeoutMs: 10_000 } },
          never,
        );
        const code = [
          "import os, time",
          "started = 0",
          "try:",
          "    while started < 500:",
          "        if os.fork() == 0:",
          "            time.sleep(60)",
          "        started += 1",
          "except OSError: pass",
          "result = started",
        ].join("\n");
        expect(valueOf(await session.run(code, {}))).toBe(0);
        await sandbox.close();
        expect(containers()).toEqual([]);
      },
      SLOW,
    );

    test(
      "leaves nothing wherever an opening is cut off",
      async () => {
        for (let delay = 0; delay <= 600; delay += 25) {
          const sandbox = create();
          const controller = new AbortController();
          const opening = sandbox.open({}, controller.signal).then(() => "opened", String);
          await sleep(delay);
          controller.abort("enough");
          expect(["opened", "enough"]).toContain(await opening);
          await sandbox.close();
          expect([delay, containers(), await settled()]).toEqual([delay, [], []]);
        }
      },
      SLOW,
    );

    test(
      "lets go at once of one that is cancelled while another finds the way",
      async () => {
        const sandbox = create();
        const controller = new AbortController();
        const first = sandbox.open({}, never);
        const second = sandbox.open({}, controller.signal).then(() => "opened", String);
        const third = sandbox.open({}, never);
        controller.abort("enough");
        expect(await Promise.race([second, first.then(() => "later")])).toBe("enough");
        await Promise.all([first, third]);
        await sandbox.close();
        expect(containers()).toEqual([]);
      },
      SLOW,
    );

    test(
      "leaves nothing when its program is killed",
      async () => {
        const host = spawn(process.execPath, [
          join(import.meta.dir, "container-host.ts"),
          image?.name ?? "",
        ]);
        await new Promise((resolve) => host.stdout.once("data", resolve));
        expect(containers()).toHaveLength(1);
        host.kill("SIGKILL");
        for (let waited = 0; containers().length > 0 && waited < 5000; waited += 100)
          await sleep(100);
        expect(containers()).toEqual([]);
      },
      SLOW,
    );

    test(
      "removes what programs have left that are gone, and nothing of others",
      async () => {
        const mine = containerName();
        const left = mine.replace(/-\d+-(\d+)-/, "-4194303-$1-");
        const older = mine.replace(/-(\d+)-(\d+)-/, "-$1-1-");
        const other = `other-${mine}`;
        for (const name of [mine, left, older, other])
          engine("create", "--name", name, image?.name ?? "", "python3");
        const sandbox = create();
        await (await sandbox.open({}, never)).close();
        await sandbox.close();
        const names = engine("ps", "--all", "--format", "{{.Names}}").split("\n");
        engine("rm", mine, other);
        expect([mine, left, older, other].map((name) => names.includes(name))).toEqual([
          true,
          false,
          false,
          true,
        ]);
      },
      SLOW,
    );

    test(
      "says what is missing",
      async () => {
        const missing: readonly (readonly [Partial<ContainerSandboxOptions>, string, string])[] = [
          [
            { image: "localhost/nothing:here" },
            'podman has no image "localhost/nothing:here"',
            "podman pull",
          ],
          [
            { python: "python9" },
            `the image "${image?.name}" has no program "python9"`,
            "Python 3.9 or newer",
          ],
          [{ env: { PATH: "/nowhere" } }, "there is no podman on PATH", "Install podman"],
        ];
        for (const [options, why, hint] of missing) {
          const sandbox = create(options);
          const error = await rejectionOf(sandbox.open({}, never));
          if (!(error instanceof ModullmError)) throw error;
          expect(error).toMatchObject({
            code: "RLLM_009",
            hint: expect.stringContaining(hint) as string,
          });
          expect(error.message).toBe(`Cannot start a sandbox of level "container": ${why}`);
          expect(error.details).toMatchObject({
            exception: "SandboxUnavailable",
            reason: why,
            level: "container",
          });
          await sandbox.close();
        }
      },
      SLOW,
    );

    test(
      "says so where the engine's service does not run",
      async () => {
        const folder = mkdtempSync(join(tmpdir(), "docker-"));
        const script =
          '#!/bin/sh\necho "Cannot connect to the Docker daemon. Is the docker daemon running?" >&2\nexit 1\n';
        writeFileSync(join(folder, "docker"), script, { mode: 0o755 });
        const sandbox = create({ engine: "docker", env: { PATH: folder } });
        const error = await rejectionOf(sandbox.open({}, never));
        expect(error).toMatchObject({ details: { reason: "docker does not reach its service" } });
        await sandbox.close();
        rmSync(folder, { recursive: true });
      },
      SLOW,
    );

    test(
      "speaks with docker as well, as podman understands it under that name",
      async () => {
        const folder = mkdtempSync(join(tmpdir(), "docker-"));
        symlinkSync(podman ?? "", join(folder, "docker"));
        const settings = join(folder, "containers.conf");
        const probe = create();
        await (await probe.open({}, never)).close();
        writeFileSync(
          settings,
          probe.facts?.runtime === "runc" ? '[engine]\nruntime = "runc"\n' : "",
        );
        await probe.close();
        const env = {
          ...process.env,
          PATH: `${folder}:${process.env["PATH"]}`,
          CONTAINERS_CONF: settings,
        };
        const sandbox = create({ engine: "docker", env });
        const session = await sandbox.open({}, never);
        expect(sandbox.facts?.engine).toBe("docker");
        expect(valueOf(await session.run("result = 1 + 1", {}))).toBe(2);
        await sandbox.close();
        expect(containers()).toEqual([]);
        rmSync(folder, { recursive: true });
      },
      SLOW,
    );
  },
);

/** All that this test, and the programs it starts, have on this machine. */
function containers(): readonly string[] {
  return engine("ps", "--all", "--filter", `ancestor=${image?.name}`, "--format", "{{.Names}}")
    .split("\n")
    .filter((name) => name !== "");
}

/** What follows no container any more has a moment to end. */
async function settled(): Promise<readonly string[]> {
  for (let waited = 0; followers().length > 0 && waited < 3000; waited += 50) await sleep(50);
  return followers();
}

/**
 * Processes of the engine that follow a container of this test, also one that the engine has
 * forgotten.
 */
function followers(): readonly string[] {
  const own = containerName().replace(/[0-9a-f]+$/, "");
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(own))
    .map((pid) => `${pid} ${commandOf(pid).slice(0, 40)}`);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\u0000", " ");
  } catch {
    return "";
  }
}

function engine(...args: readonly string[]): string {
  return execFileSync(podman ?? "", [...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** The image, or why containers can't be tested here. */
async function prepare(): Promise<{
  readonly image: TestImage | null;
  readonly reason: string | null;
}> {
  if (process.platform !== "linux")
    return { image: null, reason: "the image is made of this machine's own files" };
  if (podman === null) return { image: null, reason: "there is no podman" };
  let built: TestImage | null = null;
  try {
    built = buildTestImage();
    const sandbox = createContainerSandbox({ engine: "podman", image: built.name });
    await (await sandbox.open({}, never)).close();
    await sandbox.close();
    return { image: built, reason: null };
  } catch (thrown) {
    built?.remove();
    return {
      image: null,
      reason: thrown instanceof Error ? (thrown.message.split("\n")[0] ?? "") : String(thrown),
    };
  }
}
