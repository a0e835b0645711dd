import type { Manifest } from "../../plugins/sdk/protocol.ts";
import type { Tree } from "../packages/tree.ts";
import { ALWAYS_GIVEN } from "../process/environment.ts";
import { runsHere } from "./manifest-check.ts";

export interface AboutOptions {
  /** Where it comes from, or lies. */
  readonly from: string;
  readonly tree: Pick<Tree, "sha256" | "files" | "size">;
  /** The manifest of the version before, whose differences are told. */
  readonly before?: Manifest;
  readonly platform?: NodeJS.Platform;
}

/** What somebody should know before saying yes, in lines for a terminal. */
export function describePlugin(manifest: Manifest, options: AboutOptions): string {
  const { from, tree, before, platform = process.platform } = options;
  const { name, version, description, language, provides, env = [] } = manifest;
  const [tools, toolsBefore] = [toolNames(manifest), before && toolNames(before)];
  const command = (
    manifest.command[platform] ??
    manifest.command["default"] ?? ["nothing on this platform"]
  ).join(" ");
  const was = before === undefined || before.version === version ? "" : `, was ${before.version}`;
  const rows: [string, string][] = [
    ["from", from],
    ["runs", `${command}${runsHere(language) ? " (on modullm itself)" : ""}`],
    ["provides", provides.join(", ") + added(provides, before?.provides)],
    ...(tools.length === 0
      ? []
      : ([["tools", tools.join(", ") + added(tools, toolsBefore)]] as [string, string][])),
    [
      "sees",
      (env.length === 0 ? "no variables" : `the variables ${env.join(", ")}`) +
        `${added(env, before && (before.env ?? []))}, beside ${ALWAYS_GIVEN.join(", ")}`,
    ],
    ["files", `${tree.files.length}, ${sizeOf(tree.size)}, sha256 ${tree.sha256}`],
  ];
  const lines = rows.map(([label, text]) => `  ${label.padEnd(9)} ${oneLine(text)}`);
  const last = "  It runs as you do: it can read and write your files and reach the network.";
  return [`Plugin "${name}" ${version}${was}: ${oneLine(description)}`, ...lines, last].join("\n");
}

function toolNames({ tools = [] }: Manifest): readonly string[] {
  return tools.map(({ name }) => name);
}

function added(now: readonly string[], before: readonly string[] | undefined): string {
  const fresh = before === undefined ? [] : now.filter((each) => !before.includes(each));
  return fresh.length === 0 ? "" : ` (new: ${fresh.join(", ")})`;
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000
    ? `${Math.round(bytes / 1000)} kB`
    : `${Math.round(bytes / 100_000) / 10} MB`;
}

/** Text of a stranger must not look like lines of ours. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
