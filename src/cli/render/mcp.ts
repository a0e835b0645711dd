import { sketchSchema } from "../../contract/sketch.ts";
import { writeJson } from "../../core/json.ts";
import { unifiedDiff } from "../../core/line-diff.ts";
import { visible } from "../../core/visible.ts";
import type { ListedServer, ServerLook } from "../../mcp/look.ts";
import type { PinnedTool } from "../../mcp/pins.ts";
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
    ...changed.map(({ before, after }) => difference(before, after)),
  ];
  if (parts.length === 0) return "";
  const first = isKnown
    ? `Since somebody said yes to the tools of "${name}":`
    : `Nobody has said yes to the tools of "${name}":`;
  return visible([first, ...parts].join("\n"));
}

/** Longer texts are not compared line by line: that takes the square of their length. */
const LONGEST = 2000;

function difference(before: PinnedTool, after: PinnedTool): string {
  const [old, now] = [pinnedText(before), pinnedText(after)];
  const isLong = [old, now].some((text) => text.split("\n").length > LONGEST);
  return isLong
    ? `~ ${after.name} (too long to be compared)\n${described(after)}`
    : unifiedDiff(old, now, after.name).trimEnd();
}

function pinnedText({ description, input, output }: Omit<PinnedTool, "digest">): string {
  const schemas = [`input ${writeJson(input, 2)}`, output && `output ${writeJson(output, 2)}`];
  return [description, ...schemas].filter((part) => part !== null).join("\n");
}

/** All of the words, and the input in short. */
function described({ description, input }: Pick<PinnedTool, "description" | "input">): string {
  const lines = [...description.split("\n"), ...sketchSchema(input).split("\n")];
  return lines.map((line) => `    ${line}`.trimEnd()).join("\n");
}
