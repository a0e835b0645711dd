import { afterAll, beforeAll, describe, expect, test, setDefaultTimeout } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../cli/command-line.ts";
import {
  BASIC_TOOLS,
  endOf,
  filesIn,
  install,
  INSTALLED,
  installedIn,
  makeHome,
  makeRelease,
  makeSmallRelease,
  pathOf,
  SCRIPT,
  serveFolder,
  startInstall,
  TARGET,
  removeHomes,
} from "./installer.ts";

// Programs of 120 MB are copied, read and run, on a machine that may be busy.
setDefaultTimeout(180_000);
afterAll(removeHomes);

const CLIENTS = ["curl", "wget"].filter((name) => Bun.which(name) !== null);
const PROGRAM = `modullm-${TARGET}`;

let release = "";
beforeAll(async () => {
  release = await makeRelease();
});

/** A home with an old installation, which whatever fails must leave as it is. */
async function oldHome(): Promise<string> {
  const home = makeHome();
  expect(await install(home, ["--from", makeSmallRelease("echo 0.0.9")])).toMatchObject({
    exit: 0,
  });
  return home;
}

function expectOld(home: string): void {
  expect(filesIn(home)).toEqual(INSTALLED);
  expect(installedIn(join(home, ".local/bin"), home).run("runllm", []).stdout).toBe("0.0.9\n");
}

describe.each(CLIENTS)("install.sh with %s", (client) => {
  const PATH = pathOf([...BASIC_TOOLS, "sha256sum", client]);

  test("gets a release from an address: the digests, and the one program for this machine", async () => {
    const home = makeHome();
    const { url, asked, stop } = serveFolder(release);
    expect(await install(home, ["--from", url], { env: { PATH } })).toMatchObject({
      exit: 0,
      stdout: "",
    });
    await stop();
    expect(asked).toEqual(["/SHA256SUMS", `/${PROGRAM}`]);
    expect(filesIn(home)).toEqual(INSTALLED);
  });

  test("tells in a line why it can't", async () => {
    const home = await oldHome();
    const { url, port, stop } = serveFolder(makeFolder());
    const missing = await install(home, ["--from", url], { env: { PATH } });
    await stop();
    expect(missing).toMatchObject({ exit: 1, stdout: "" });
    expect(missing.stderr).toMatch(
      /^install\.sh: cannot download "http:\/\/127\.0\.0\.1:\d+\/SHA256SUMS": .*404.*\n$/,
    );
    const silent = await install(home, ["--from", `http://127.0.0.1:${port}`], { env: { PATH } });
    expect(silent.stderr).toMatch(/^install\.sh: cannot download .*\n$/);
    expectOld(home);
  });

  test("a download that breaks off leaves the old installation", async () => {
    const home = await oldHome();
    const { url, cut } = serveStub("close");
    const ended = await install(home, ["--from", url], { env: { PATH } });
    cut();
    expect(ended.exit).toBe(1);
    expect(ended.stderr).toMatch(/install\.sh: (?:cannot download|.* is not what SHA256SUMS says)/);
    expectOld(home);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s in the middle of a download ends it at once, and leaves nothing",
    async (signal) => {
      const home = await oldHome();
      const fresh = makeHome();
      for (const each of [home, fresh]) {
        const { url, cut } = serveStub("hang");
        const child = startInstall(each, ["--from", url], { env: { PATH } });
        await until(() => hasBegun(join(each, ".local/bin")));
        child.kill(signal);
        expect(await endOf(child)).toMatchObject({ signal });
        cut();
      }
      expectOld(home);
      expect(filesIn(fresh)).toEqual([]);
    },
  );

  test("takes nothing from http after a redirect", async () => {
    const home = await oldHome();
    const real = serveFolder(makeSmallRelease("echo 6.6.6"));
    const { url, stop } = serveFolder(makeFolder(), (path) =>
      Response.redirect(real.url + path, 302),
    );
    const ended = await install(home, ["--from", url], { env: { PATH } });
    await stop();
    await real.stop();
    expect(ended).toMatchObject({ exit: 1, stderr: expect.stringContaining("cannot download") });
    expectOld(home);
  });

  test("asks this machine without a proxy, and others through the one of the environment", async () => {
    const { url, stop } = serveFolder(release);
    const lines: string[] = [];
    const proxy = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket, data) {
          lines.push(data.toString().split("\r\n")[0] ?? "");
          socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        },
      },
    });
    const address = `http://127.0.0.1:${proxy.port}`;
    const env = { PATH, http_proxy: address, https_proxy: address };
    expect(await install(makeHome(), ["--from", url], { env })).toMatchObject({ exit: 0 });
    expect(lines).toEqual([]);
    expect(
      await install(makeHome(), ["--from", "https://modullm.invalid/1.0"], { env }),
    ).toMatchObject({ exit: 1 });
    expect(lines[0]).toBe("CONNECT modullm.invalid:443 HTTP/1.1");
    proxy.stop(true);
    await stop();
  });
});

test("install.sh shows a terminal how far it is, and Ctrl-C there leaves nothing", async () => {
  const { url, cut } = serveStub("hang");
  const home = makeHome();
  let shown = "";
  const child = Bun.spawn(["sh", SCRIPT, "--from", url], {
    cwd: home,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, TERM: "xterm" },
    terminal: { data: (_, data) => void (shown += new TextDecoder().decode(data)) },
  });
  await until(() => /\d%/.test(shown));
  child.terminal?.write("\x03");
  await child.exited;
  cut();
  expect(child.signalCode).toBe("SIGINT");
  expect(filesIn(home)).toEqual([]);
});

/**
 * A release of which the program comes to a thousandth; then the connection is closed, or says
 * nothing more.
 */
function serveStub(then: "close" | "hang") {
  const digests = readFileSync(join(release, "SHA256SUMS"));
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, data) {
        const isProgram = data.toString().startsWith(`GET /${PROGRAM}`);
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Length: ${isProgram ? 100_000_000 : digests.length}\r\n\r\n`,
        );
        socket.write(isProgram ? new Uint8Array(100_000) : digests);
        if (isProgram && then === "close") socket.end();
      },
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, cut: () => server.stop(true) };
}

/** Whether the program has begun to arrive. */
function hasBegun(bin: string): boolean {
  if (!existsSync(bin)) return false;
  return readdirSync(bin).some(
    (name) => name.startsWith(".modullm.") && existsSync(join(bin, name, "modullm")),
  );
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(10);
}
