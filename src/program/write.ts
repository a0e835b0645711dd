import { Document, isMap, isSeq, type Node, visit } from "yaml";
import { ModullmError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import { parseProgram } from "./parse.ts";

/** A program before it is a file. */
export interface ProgramText {
  /** The frontmatter, in the order in which it is written. */
  readonly front: JsonObject;
  readonly prompt: string;
  /** Empty or null: there is none. */
  readonly system?: string | null;
  readonly recovery?: string | null;
}

/** Columns up to which a mapping or list stands on one line. */
const LINE = 100;

/**
 * `.rllm` text as a person would write it. It is read again before it is given out: what could not be told from the
 * text (a prompt with a line that starts a section, say) is refused.
 * @throws {ModullmError} what `parseProgram` throws; RLLM_001 where a part would not be read as it was given
 */
export function writeProgram({ front, prompt, system, recovery }: ProgramText): string {
  const parts = [`---\n${writeYaml(front)}---`, prompt.trim()];
  if (system?.trim()) parts.push(`\n<<<SYSTEM>>>\n${system.trim()}`);
  if (recovery?.trim()) parts.push(`\n<<<RECOVERY>>>\n${recovery.trim()}`);
  const text = `${parts.join("\n")}\n`;
  const program = parseProgram(text);
  const differing = [
    ["prompt", prompt, program.prompt.text],
    ["system message", system ?? "", program.system?.text ?? ""],
    ["recovery text", recovery ?? "", program.recovery?.text ?? ""],
  ].find(([, given = "", read]) => normal(given) !== read);
  if (differing === undefined && program.blocks.length === 0) return text;
  const reason = `the ${differing?.[0] ?? "prompt"} holds a line that starts a section or a block`;
  throw new ModullmError("RLLM_001", `Cannot write the program: ${reason}`, { details: { reason } });
}

/** A mapping as YAML: short mappings and lists on one line, long texts in lines of their own. */
export function writeYaml(value: unknown): string {
  const document = new Document(value, { version: "1.2", compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Collection(_, node, path) {
      // The frontmatter itself, and what only holds a schema's properties, read better line by line.
      if (path.length > 1 && isShort(node)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function isShort(node: Node): boolean {
  if (!isMap(node) && !isSeq(node)) return false;
  const text = JSON.stringify(node.toJSON());
  return text.length <= LINE && !text.includes("\\n");
}

function normal(text: string): string {
  return text.replace(/\r\n?/g, "\n").trim();
}
