import { dirname, relative } from "node:path";
import type { ProgramTree, TreeEdge, TreeNode } from "../../library/tree.ts";
import { isProgramPath } from "../../library/program-path.ts";
import { typeInWords } from "./diagram-type.ts";
import { clean } from "./plot.ts";
import type { UsesEntry } from "../../program/program.ts";
import { toolName } from "../../program/tools.ts";
import { isObject } from "../../core/json.ts";

/** What a picture of a tree shows, in words, before it is drawn in one form or another. */
export interface Diagram {
  /** The first is the program itself. */
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export interface Box {
  readonly title: string;
  /** The model, that there is none, or why the program is missing. */
  readonly note: string;
  /** It can't be read. */
  readonly missing: boolean;
}

export interface Arrow {
  readonly from: number;
  readonly to: number;
  /** The entry and the keys of its `with`: `facts(text, limit)`. */
  readonly call: string;
  /** What comes back, in a few words; empty where that is not known. */
  readonly gives: string;
  /** It may be skipped. */
  readonly optional: boolean;
}

export function diagramOf({ nodes }: ProgramTree): Diagram {
  const folder = dirname(nodes[0]?.path ?? "");
  return {
    boxes: nodes.map((node) => boxOf(node, folder)),
    arrows: nodes.flatMap((node, from) => node.edges.map((edge) => arrowOf(edge, from, nodes))),
  };
}

/** A flowchart as Mermaid writes it. */
export function mermaid({ boxes, arrows }: Diagram): string {
  return [
    "flowchart TD",
    ...boxes.map(({ title, note, missing }, index) => {
      return `  p${index}["${entity(title)}<br/>${entity(note)}"]${missing ? ":::missing" : ""}`;
    }),
    ...arrows.map(({ from, to, call, gives, optional }) => {
      const label = [call, ...(gives === "" ? [] : [`→ ${gives}`])].map(entity).join("<br/>");
      return `  p${from} ${optional ? "-.->" : "-->"}|"${label}"| p${to}`;
    }),
    ...(boxes.some(({ missing }) => missing)
      ? ["  classDef missing stroke:#d1242f,stroke-dasharray:5 4"]
      : []),
  ].join("\n");
}

/**
 * Nothing in it depends on where the programs lie, so that the same programs give the same picture
 * everywhere.
 */
function boxOf({ path, program, missing }: TreeNode, folder: string): Box {
  if (program)
    return {
      title: line(`${program.name} ${program.version}`),
      note: line(program.model ?? "no model"),
      missing: false,
    };
  if (missing === null) {
    const [kind = ""] = path.split(":", 1);
    const title = line(path.slice(kind.length + 1));
    return { title, note: NOTES[kind] ?? kind, missing: false };
  }
  const name = isProgramPath(path) ? relative(folder, path).replaceAll("\\", "/") : path;
  const reason = missing.replace(/^[^"]*"[^"]*"[^:]*: /, "");
  const note = isProgramPath(path) ? `missing: ${reason}` : "missing from the library";
  return { title: line(name), note: line(note, 48), missing: true };
}

/** What tools come from that are no programs. */
const NOTES: Readonly<Record<string, string>> = {
  plugin: "plugin",
  mcp: "MCP server",
  openapi: "API",
};

function arrowOf(edge: TreeEdge, from: number, nodes: readonly TreeNode[]): Arrow {
  if (edge.kind === "tool") return toolArrow(edge, from, nodes);
  const { entry, to } = edge;
  const child = nodes[to]?.program;
  const call = `${entry.each === null ? "" : "each "}${entry.name}(${Object.keys(entry.with).join(", ")})`;
  const gives = child ? givenBy(entry, typeInWords(child.output.schema)) : "";
  return { from, to, call: line(call), gives: line(gives), optional: entry.when !== null };
}

/** The model may call it, with what it takes: `calls find_order(number)`. */
function toolArrow(
  { entry, to }: Extract<TreeEdge, { kind: "tool" }>,
  from: number,
  nodes: readonly TreeNode[],
): Arrow {
  const child = nodes[to]?.program;
  const { properties } = child?.input.schema ?? {};
  const keys = isObject(properties) ? Object.keys(properties).join(", ") : "";
  const own = child ? toolName(child.name) : (entry.only?.join(", ") ?? "");
  const call = `calls ${entry.as ?? own}${child ? `(${keys})` : ""}`;
  const gives = child ? typeInWords(child.output.schema) : "";
  return { from, to, call: line(call.trim()), gives: line(gives), optional: true };
}

/**
 * With `each` a list, in which a failure may leave null; null where `when` skips it, or a failure
 * is let pass.
 */
function givenBy({ each, when, onError }: UsesEntry, one: string): string {
  if (each === null) return when === null && onError === "fail" ? one : `${one} | null`;
  const item = onError === "null" ? `${one} | null` : one;
  return `${item.includes(" | ") ? `(${item})` : item}[]${when === null ? "" : " | null"}`;
}

/** How much of a name or a reason a picture has room for. */
const MOST_CHARACTERS = 72;

function line(text: string, most = MOST_CHARACTERS): string {
  const characters = Array.from(clean(text.replace(/\s+/g, " ").trim()));
  return characters.length <= most
    ? characters.join("")
    : `${characters.slice(0, most - 1).join("")}…`;
}

/** What means something inside a label of Mermaid, or in the HTML that it becomes. */
function entity(text: string): string {
  return text.replace(/["#<>&`;\\]/g, (character) => `#${character.charCodeAt(0)};`);
}
