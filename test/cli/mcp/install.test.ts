import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MCP_CLIENTS } from "../../../src/cli/commands/mcp/client-table.ts";
import { makeFolder, modullm, worldOf } from "../command-line.ts";

const SERVER = { command: "modullm", args: ["mcp"] };

function fileOf(folder: string, client: string): string {
  const env = worldOf(folder);
  const place = { home: env["HOME"] ?? "", env, platform: process.platform };
  return MCP_CLIENTS[client]?.user(place) ?? "";
}

describe.each(Object.entries(MCP_CLIENTS))("modullm mcp install %s", (name, client) => {
  test("writes a file that is read again, and takes it back", async () => {
    const folder = makeFolder();
    const path = fileOf(folder, name);
    const done = await modullm(["mcp", "install", name, "--yes"], { folder });
    expect(done.json()).toEqual({ client: name, path, changed: true });
    const text = readFileSync(path, "utf8");
    const value = client.form === "toml" ? Bun.TOML.parse(text) : (JSON.parse(text) as object);
    const key = client.path[0] ?? "";
    expect(value).toEqual({ [key]: { modullm: client.entry(SERVER.command, SERVER.args) } });
    const again = await modullm(["mcp", "install", name, "--yes"], { folder });
    expect(again.json()).toMatchObject({ changed: false });
    expect(readFileSync(path, "utf8")).toBe(text);
    const gone = await modullm(["mcp", "uninstall", name, "--yes"], { folder });
    expect(gone.json()).toMatchObject({ changed: true });
    expect(readFileSync(path, "utf8")).not.toContain("modullm");
    const twice = await modullm(["mcp", "uninstall", name], { folder });
    expect(twice.json()).toMatchObject({ changed: false });
  });

  test("writes nothing in a dry run, nor where nobody says yes", async () => {
    const folder = makeFolder();
    const dry = await modullm(["mcp", "install", name, "--dry-run"], { folder });
    expect(dry.json()).toMatchObject({ changed: false });
    expect(dry.stderr).toContain("modullm");
    expect((await modullm(["mcp", "install", name], { folder })).exit).toBe(2);
    const no = await modullm(["mcp", "install", name], { folder, typed: "n\n" });
    expect(no.exit).toBe(1);
    expect(existsSync(fileOf(folder, name))).toBe(false);
    const yes = await modullm(["mcp", "install", name], { folder, typed: "y\n" });
    expect(yes.exit).toBe(0);
    expect(existsSync(fileOf(folder, name))).toBe(true);
  });

  test("writes a project's file where there is such a thing", async () => {
    const folder = makeFolder();
    const args = ["--project", "--library", "./programs", "--pin", "a", "--yes"];
    const { exit } = await modullm(["mcp", "install", name, ...args], { folder });
    expect(exit).toBe(client.project === undefined ? 2 : 0);
    if (client.project === undefined) return;
    const text = readFileSync(join(folder, client.project), "utf8");
    for (const word of ["--library", "./programs", "--pin"]) expect(text).toContain(word);
  });
});

describe("modullm mcp install", () => {
  test("keeps other servers, comments, its own entry's other keys, mode and links", async () => {
    const folder = makeFolder();
    const path = fileOf(folder, "cursor");
    const real = join(folder, "dotfiles.json");
    mkdirSync(dirname(path), { recursive: true });
    const before = `{
  // my servers
  "mcpServers": {
    "files": { "command": "files" }, // the files
    "modullm": { "command": "old", "env": { "A": "1" } }
  }
}
`;
    writeFileSync(real, before, { mode: 0o600 });
    symlinkSync(real, path);
    await modullm(["mcp", "install", "cursor", "--yes"], { folder });
    expect(readFileSync(real, "utf8")).toBe(`{
  // my servers
  "mcpServers": {
    "files": { "command": "files" }, // the files
    "modullm": { "command": "modullm", "env": { "A": "1" }, "args": ["mcp"] }
  }
}
`);
    expect(statSync(real).mode & 0o777).toBe(0o600);
  });

  test("touches no file that it can't read, and shows none of what is in it", async () => {
    const folder = makeFolder();
    const path = fileOf(folder, "cursor");
    mkdirSync(dirname(path), { recursive: true });
    for (const text of ["{", "[]", '{"mcpServers": 1, "key": "s3cret"}']) {
      writeFileSync(path, text);
      const refused = await modullm(["mcp", "install", "cursor", "--yes"], { folder });
      expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining("RLLM_018") });
      expect(refused.stdout + refused.stderr).not.toContain("s3cret");
      expect(readFileSync(path, "utf8")).toBe(text);
    }
  });

  test("says which clients there are", async () => {
    const { exit, stderr } = await modullm(["mcp", "install", "curser"]);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining('"cursor"?') });
  });
});
