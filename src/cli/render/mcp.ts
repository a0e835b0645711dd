import { sketchSchema } from "../../contract/sketch.ts";
import { writeJson } from "../../core/json.ts";
import { visible } from "../../core/visible.ts";
import type { ServerLook } from "../../mcp/look.ts";
import type { PinnedTool } from "../../mcp/pins.ts";
import type { ListedServer } from "../commands/mcp/list.ts";
import { lineChanges } from "./line-changes.ts";
import { table } from "./plot.ts";

/** The servers of the configuration, for people. */
export function serversText(servers: readonly ListedServer[]): string {
  if (servers.length === 0)
    return "No MCP server is configured: they stand under mcp.servers in config.yaml.";
  const rows = servers.map(({ name, command, url, tools, logged_in: isIn, missing }) => [
    name,
    url ?? command?.join(" ") ?? "",
    tools === null ? "not seen: modullm mcp trust" : `${tools} tools`,
    missing.length > 0 ? `${missing.join(", ")} not set` : isIn === true ? "logged in" : "",
  ]);
  return visible(table([["server", "runs or is at", "trusted", ""], ...rows], "left"));
}

/** A server as it is now. */
export function lookText(look: ServerLook): string {
  const { name, protocol, tools } = look;
  const parts = tools.map((tool) => {
    const fault = tool.fault === null ? "" : ` (can't be used: it ${tool.fault})`;
    return `${tool.name}${fault}\n${described(tool)}`;
  });
  const about = `${name}: protocol ${protocol ?? "unknown"}, ${tools.length} tools`;
  const changes = changesText(look);
  return visible([about, ...parts, ...(changes === "" ? [] : [changes])].join("\n\n"));
}

/** What is not as somebody said yes to it; empty where all is. */
export function changesText({ name, isKnown, changes }: ServerLook): string {
  const { added, removed, changed } = changes;
  const parts = [
    ...added.map((tool) => `+ ${tool.name}\n${described(tool)}`),
    ...removed.map((tool) => `- ${tool.name}`),
    ...changed.map(
      ({ before, after }) => `~ ${after.name}\n${lineChanges(linesOf(before), linesOf(after))}`,
    ),
  ];
  if (parts.length === 0) return "";
  const first = isKnown
    ? `Since somebody said yes to the tools of "${name}":`
    : `Nobody has said yes to the tools of "${name}":`;
  return visible([first, ...parts].join("\n"));
}

function linesOf({ description, input, output }: Omit<PinnedTool, "digest">): readonly string[] {
  return [
    ...description.split("\n"),
    ...`input ${writeJson(input, 2)}`.split("\n"),
    ...(output === null ? [] : `output ${writeJson(output, 2)}`.split("\n")),
  ];
}

/** All of the words, and the input in short. */
function described({ description, input }: Pick<PinnedTool, "description" | "input">): string {
  const lines = [...description.split("\n"), ...sketchSchema(input).split("\n")];
  return lines.map((line) => `    ${line}`.trimEnd()).join("\n");
}
