import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileReason } from "../config/text.ts";
import type { Paths } from "../config/paths.ts";
import { cannotWrite, replaceFile } from "../config/write-file.ts";
import { ModullmError } from "../core/error.ts";
import { isObject, objectsIn, parseJson, writeJson } from "../core/json.ts";
import type { ListedTool } from "./listing.ts";

/** A tool as it was when somebody said yes to it. */
export type PinnedTool = Omit<ListedTool, "fault">;

/** The tools of a server that somebody has said yes to. */
export interface Pin {
  readonly tools: readonly PinnedTool[];
}

/** What of a server's tools is not as it was seen. */
export interface Changes {
  readonly added: readonly ListedTool[];
  readonly removed: readonly PinnedTool[];
  readonly changed: readonly { readonly before: PinnedTool; readonly after: ListedTool }[];
}

/**
 * Null where nobody has said yes to any. @throws {ModullmError} RLLM_018 for a file that can't be
 * read: nothing is trusted on a guess
 */
export function readPin(paths: Pick<Paths, "state">, server: string): Pin | null {
  const path = pinFile(paths, server);
  if (!existsSync(path)) return null;
  try {
    return { tools: parsePin(readFileSync(path, "utf8")) };
  } catch (thrown) {
    throw unreadable(path, fileReason(thrown));
  }
}

/** @throws {ModullmError} RLLM_018 where it can't be written */
export function writePin(
  paths: Pick<Paths, "state">,
  server: string,
  listed: readonly ListedTool[],
): void {
  const path = pinFile(paths, server);
  const tools = listed.map(({ name, description, input, output, digest }): PinnedTool => {
    return { name, description, input, output, digest };
  });
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    replaceFile(path, `${writeJson({ tools }, 2)}\n`, { isPrivate: true });
  } catch (thrown) {
    throw cannotWrite(path, thrown, "Without it no tool of the server can be used.");
  }
}

export function changesSince(pin: Pin | null, listed: readonly ListedTool[]): Changes {
  const known = new Map((pin?.tools ?? []).map((tool) => [tool.name, tool]));
  const now = new Set(listed.map(({ name }) => name));
  return {
    added: listed.filter(({ name }) => !known.has(name)),
    removed: [...known.values()].filter(({ name }) => !now.has(name)),
    changed: listed.flatMap((after) => {
      const before = known.get(after.name);
      return before === undefined || before.digest === after.digest ? [] : [{ before, after }];
    }),
  };
}

/** The names of all that is not as it was. */
export function changedNames({ added, removed, changed }: Changes): readonly string[] {
  return [...added, ...removed, ...changed.map(({ after }) => after)].map(({ name }) => name);
}

function pinFile({ state }: Pick<Paths, "state">, server: string): string {
  return join(state, "mcp-tools", `${server}.json`);
}

/** @throws for what was not written here */
function parsePin(text: string): readonly PinnedTool[] {
  const value = parseJson(text);
  if (!isObject(value) || !Array.isArray(value["tools"])) throw new Error("it has no tools");
  return objectsIn(value["tools"]).map(pinnedTool);
}

function pinnedTool(value: Readonly<Record<string, unknown>>): PinnedTool {
  const { name, description, input, output, digest } = value;
  const isTool =
    typeof name === "string" &&
    typeof description === "string" &&
    typeof digest === "string" &&
    isObject(input) &&
    (output === null || isObject(output));
  if (!isTool) throw new Error("a tool lacks what every tool has");
  return {
    name,
    description,
    digest,
    input,
    output,
  };
}

function unreadable(path: string, reason: string): ModullmError {
  return new ModullmError(
    "RLLM_018",
    `Cannot read the tools of an MCP server from "${path}": ${reason}`,
    {
      details: { path, reason },
      hint: "Delete the file, look at the server with `modullm mcp inspect`, and trust it again.",
    },
  );
}
