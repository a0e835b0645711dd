import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, createWorld, DONE, type World } from "./world.ts";

/** The servers that come with the protocol, as npm has them. */
function reference(name: string, args: readonly string[] = [], env = {}): object {
  const main = join(
    import.meta.dirname,
    `../../node_modules/@modelcontextprotocol/server-${name}/dist/index.js`,
  );
  return { command: process.execPath, args: [main, ...args], env };
}

let world: World;
beforeEach(async () => {
  world = createWorld({});
  const { folder } = world;
  world.configure({
    mcp: {
      servers: {
        everything: reference("everything"),
        files: reference("filesystem", [folder]),
        memory: reference("memory", [], { MEMORY_FILE_PATH: join(folder, "memory.jsonl") }),
      },
    },
  });
});
afterEach(() => world.stop());

async function trust(...names: readonly string[]): Promise<void> {
  for (const name of names) expect((await world.modullm(["mcp", "trust", name])).exit).toBe(0);
}

describe("tools of a program", () => {
  test("everything: several at once, each typed, with a picture", async () => {
    await trust("everything");
    const { outcome, results, offered } = await world.run(
      "[{mcp: everything, only: [echo, get-sum, get-tiny-image, get-structured-content]}]",
      [
        [
          { name: "echo", arguments: { message: "hello" } },
          { name: "get-sum", arguments: { a: "2", b: 40 } },
          { name: "get-structured-content", arguments: { location: "Chicago" } },
          { name: "echo", arguments: { text: 5 } },
        ],
        DONE,
      ],
    );
    expect(outcome.exit).toBe(0);
    expect(offered).toEqual(["echo", "get-sum", "get-tiny-image", "get-structured-content"]);
    const [echo, sum, weather, wrong] = results;
    expect(echo).toBe("Echo: hello");
    expect(sum).toContain("42");
    expect(weather).toContain("temperature");
    expect(wrong).toContain("The call was not made");
  }, 60_000);

  test("filesystem: reads and writes below its folder, and nowhere else", async () => {
    await trust("files");
    writeFileSync(join(world.folder, "note.txt"), "remember the milk");
    const { outcome, results } = await world.run(
      "[{mcp: files, only: [read_text_file, write_file]}]",
      [
        call("read_text_file", { path: join(world.folder, "note.txt") }),
        call("write_file", { path: join(world.folder, "new.txt"), content: "done" }),
        call("read_text_file", { path: "/etc/passwd" }),
        DONE,
      ],
    );
    expect(outcome.exit).toBe(0);
    expect(results[0]).toBe("remember the milk");
    expect(readFileSync(join(world.folder, "new.txt"), "utf8")).toBe("done");
    expect(results[2]).toContain("Access denied");
  }, 60_000);

  test("memory: what one run keeps, the next one finds", async () => {
    await trust("memory");
    const tools = "[{mcp: memory, only: [create_entities, search_nodes]}]";
    const entity = { name: "Ada", entityType: "person", observations: ["wrote the first program"] };
    await world.run(tools, [call("create_entities", { entities: [entity] }), DONE]);
    const { results } = await world.run(tools, [call("search_nodes", { query: "Ada" }), DONE]);
    expect(results[0]).toContain("wrote the first program");
  }, 60_000);

  test("are all that were seen, where a program says so", async () => {
    await trust("memory");
    const { offered } = await world.run('[{mcp: memory, only: ["*"]}]', [DONE]);
    expect(offered).toHaveLength(9);
  }, 60_000);
});

describe("by hand", () => {
  test("list, inspect and call", async () => {
    const listed = (await world.modullm(["mcp", "list"])).json() as { servers: object[] };
    expect(listed.servers).toMatchObject([
      { name: "everything", tools: null },
      { name: "files", tools: null },
      { name: "memory", tools: null },
    ]);
    const looked = (await world.modullm(["mcp", "inspect", "memory"])).json();
    expect(looked).toMatchObject({ name: "memory", protocol: "2025-11-25", trusted: false });
    const sum = await world.modullm(["mcp", "call", "everything", "get-sum", "--", "a=1", "b=2"]);
    expect(sum.json()).toMatchObject({ ok: true, content: "The sum of 1 and 2 is 3." });
    const wrong = await world.modullm(["mcp", "call", "everything", "get-sum", "--", "a=1"]);
    expect(wrong.json()).toMatchObject({ error_code: "RLLM_004", details: { path: [] } });
    const none = await world.modullm(["mcp", "call", "everything", "get-sun"]);
    expect(none.json()).toMatchObject({
      error_code: "RLLM_008",
      message: expect.stringContaining(`Did you mean "get-sum"`),
    });
  }, 60_000);
});
