import { describe, expect, test } from "bun:test";
import { setTable, unsetTable } from "../../src/config/edit-toml.ts";

const NAME = "mcp_servers.ours";
const VALUES = { command: "modullm", args: ["mcp", 'a "b"'] };
const read = (text: string): unknown => Bun.TOML.parse(text);
const ADDED = `[mcp_servers.ours]\ncommand = "modullm"\nargs = ["mcp","a \\"b\\""]\n`;

describe("setTable()", () => {
  test.each([
    ["an empty text", "", ADDED],
    ["what is there", `# mine\nmodel = "x" # one\n`, `# mine\nmodel = "x" # one\n\n${ADDED}`],
    ["a text without its last newline", `a = 1`, `a = 1\n\n${ADDED}`],
    [
      "other servers",
      `[mcp_servers.b]\ncommand = "b"\n`,
      `[mcp_servers.b]\ncommand = "b"\n\n${ADDED}`,
    ],
    [
      "other keys of the table, and its comments",
      `[mcp_servers.ours] # ours\nargs = [\n  "old", # [\n  "]",\n]\n# for slow starts\nstartup_timeout_sec = 30\ncommand = "old"\n\n[other]\na = 1\n`,
      `[mcp_servers.ours] # ours\ncommand = "modullm"\nargs = ["mcp","a \\"b\\""]\n# for slow starts\nstartup_timeout_sec = 30\n\n[other]\na = 1\n`,
    ],
    [
      "tables below it",
      `[ mcp_servers . "ours" ]\ncommand = "x"\n[mcp_servers.ours.env]\nA = "1"\n`,
      `[ mcp_servers . "ours" ]\ncommand = "modullm"\nargs = ["mcp","a \\"b\\""]\n[mcp_servers.ours.env]\nA = "1"\n`,
    ],
  ])("keeps %s", (_what, before, after) => {
    const edited = setTable(before, NAME, { values: VALUES, read });
    expect(edited).toBe(after);
    expect(setTable(after, NAME, { values: VALUES, read })).toBe(after);
  });

  test.each([
    [`mcp_servers = { ours = { command = "x" } }\n`],
    [`mcp_servers.ours.command = "x"\n`],
    [`mcp_servers = 1\n`],
    [`a = \n`],
    [`[[mcp_servers.ours]]\ncommand = "x"\n`],
  ])("leaves %p alone", (text) => {
    expect(setTable(text, NAME, { values: VALUES, read })).toBeNull();
  });
});

describe("unsetTable()", () => {
  test.each([
    [`model = "x"\n\n${ADDED}`, `model = "x"\n`],
    [`${ADDED}\n[mcp_servers.ours.env]\nA = "1"\n\n[other]\na = 1\n`, `[other]\na = 1\n`],
    [`[mcp_servers.ours2]\ncommand = "x"\n`, `[mcp_servers.ours2]\ncommand = "x"\n`],
    ["a = 1\n\n\n", "a = 1\n\n\n"],
  ])("takes the table out of %p", (before, after) => {
    expect(unsetTable(before, NAME, read)).toBe(after);
  });
});
