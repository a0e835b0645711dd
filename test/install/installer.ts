import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { assembleRelease, machineTarget } from "../../scripts/release.ts";
import { makeFolder } from "../cli/command-line.ts";

export const ROOT = join(import.meta.dir, "../..");
export const BINARY = join(ROOT, "dist/modullm");
export const SCRIPT = join(ROOT, "install.sh");
export const TARGET = machineTarget();

/** All that is below a home after an installation. */
export const INSTALLED = [".local", ".local/bin", ".local/bin/modullm", ".local/bin/runllm"];

export interface Ended {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Beside `HOME`, `PATH` and `SHELL`, which is all there is otherwise. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly stdin?: string;
}

const made: string[] = [];

/** Removes what was made here; each installation is 120 MB. */
export function removeHomes(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A home of nobody: empty, and not on any PATH. */
export function makeHome(name = "home"): string {
  const home = join(makeFolder(), name);
  made.push(dirname(home));
  mkdirSync(home);
  return home;
}

/** A release of the binary in `dist/`, for this machine. */
export async function makeRelease(name = "release"): Promise<string> {
  if (!existsSync(BINARY)) throw new Error(`there is no ${BINARY}: run npm run build first`);
  const folder = join(makeFolder(), name);
  made.push(dirname(folder));
  await assembleRelease(folder, { [TARGET]: BINARY });
  return folder;
}

/** A release whose program is a line of shell: enough for what is said and done about it. */
export function makeSmallRelease(
  body: string,
  { target = TARGET }: { readonly target?: string } = {},
): string {
  const program = `#!/bin/sh\n${body}\n`;
  const digest = createHash("sha256").update(program).digest("hex");
  const name = `modullm-${target}`;
  return makeFolder({ [name]: program, SHA256SUMS: `${digest}  ${name}\n` });
}

/** Starts `install.sh` by a shell, with nothing of this process's environment but `PATH`. */
export function startInstall(home: string, args: readonly string[], options: InstallOptions = {}) {
  const { shell = ["sh"], script = SCRIPT, env = {}, cwd = home } = options;
  return Bun.spawn([...shell, script, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, SHELL: "/bin/sh", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

export interface InstallOptions extends Omit<RunOptions, "stdin"> {
  /** @default sh */
  readonly shell?: readonly string[];
  /** @default the one of this checkout */
  readonly script?: string;
}

export async function install(
  home: string,
  args: readonly string[],
  options: InstallOptions = {},
): Promise<Ended> {
  return await endOf(startInstall(home, args, options));
}

export async function endOf(child: ReturnType<typeof startInstall>): Promise<Ended> {
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exit: await child.exited, signal: child.signalCode, stdout, stderr };
}

/** What a user has after an installation: the commands in a folder, run in their home. */
export interface Installed {
  readonly bin: string;
  readonly home: string;
  run(command: "modullm" | "runllm", args: readonly string[], options?: RunOptions): Ended;
}

/** Installs the binary in `dist/` into a home, from a release folder, and checks that it worked. */
export async function installInto(home: string): Promise<Installed> {
  const ended = await install(home, ["--from", await makeRelease()]);
  if (ended.exit !== 0) throw new Error(`install.sh failed: ${ended.stderr}`);
  return installedIn(join(home, ".local/bin"), home);
}

export function installedIn(bin: string, home: string): Installed {
  return {
    bin,
    home,
    run(command, args, { env = {}, cwd = home, stdin = "" } = {}) {
      const ended = spawnSync(join(bin, command), [...args], {
        cwd,
        env: { PATH: process.env["PATH"] ?? "", HOME: home, ...env },
        input: stdin,
        encoding: "utf8",
      });
      return {
        exit: ended.status,
        signal: ended.signal,
        stdout: ended.stdout,
        stderr: ended.stderr,
      };
    },
  };
}

/** All files and folders below a home, so that what is left over shows. */
export function filesIn(home: string): readonly string[] {
  return readdirSync(home, { recursive: true }).map(String).toSorted();
}

/** A folder that is all of a PATH: these programs of this machine, and no others. */
export function pathOf(names: readonly string[]): string {
  const folder = makeFolder();
  for (const name of names) {
    const found = Bun.which(name);
    if (found !== null) symlinkSync(realpathSync(found), join(folder, name));
  }
  return folder;
}

/** What `install.sh` uses of every system. */
export const BASIC_TOOLS =
  "sh cat chmod cmp cp dirname find grep head ln ls mkdir mktemp mv readlink rm rmdir sed sleep tail touch tr uname".split(
    " ",
  );

/** Puts a program of somebody else's into a home. */
export function putForeign(
  home: string,
  name: string,
  text = "#!/bin/sh\necho I am another program\n",
): string {
  const bin = join(home, ".local/bin");
  mkdirSync(bin, { recursive: true });
  const path = join(bin, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** A release folder behind a real server; `answer` may take a request over. */
export function serveFolder(
  folder: string,
  answer?: (path: string) => Response | Promise<Response> | null,
) {
  const asked: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const own = answer?.(pathname) ?? null;
      if (own !== null) return await own;
      const file = Bun.file(join(folder, pathname));
      return (await file.exists()) ? new Response(file) : new Response("not here", { status: 404 });
    },
  });
  return {
    asked,
    url: `http://127.0.0.1:${server.port}`,
    port: server.port ?? 0,
    stop: () => server.stop(true),
  };
}
