import { Document, isMap, isSeq, type Node, visit } from "yaml";
import { ModullmError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import { isSameJson } from "../contract/values.ts";
import { parseYaml } from "../core/yaml.ts";
import { programOf } from "./parse.ts";
import type { Block } from "./program.ts";
import type { Template } from "./template.ts";
import { writeJson } from "../core/json.ts";

/** A program before it is a file. */
export interface ProgramText {
  /** The frontmatter, in the order in which it is written. */
  readonly front: JsonObject;
  /** Empty or null where `output` says what the program gives. */
  readonly prompt?: string | null;
  /** Empty or null: there is none. */
  readonly system?: string | null;
  readonly recovery?: string | null;
  readonly blocks?: readonly Block[];
}

/** Columns up to which a mapping or list stands on one line. */
const LINE = 100;

/**
 * `.rllm` text as a person would write it. It is read again before it is given out: what could not
 * be told from the text (a prompt with a line that starts a section, say) is refused.
 * @throws {ModullmError} what `parseProgram` throws; RLLM_001 where a part would not be read as it
 * was given
 */
export function writeProgram({
  front,
  prompt,
  system,
  recovery,
  blocks = [],
}: ProgramText): string {
  const parts = [`---\n${writeYaml(front)}---`];
  parts.push(...blocks.filter(({ when }) => when === "pre").map(blockText));
  if (prompt?.trim()) parts.push(prompt.trim());
  if (system?.trim()) parts.push(`\n<<<SYSTEM>>>\n${system.trim()}`);
  if (recovery?.trim()) parts.push(`\n<<<RECOVERY>>>\n${recovery.trim()}`);
  parts.push(
    ...blocks.filter(({ when }) => when === "post").map((block) => `\n${blockText(block)}`),
  );
  const text = `${parts.join("\n")}\n`;
  const program = programOf(text);
  const differing = [
    ["prompt", prompt, program.prompt],
    ["system message", system, program.system],
    ["recovery text", recovery, program.recovery],
  ] as const;
  const [part] = differing.find(([, given, read]) => !isReadAs(given, read)) ?? [];
  if (part === undefined && program.blocks.length === blocks.length) return text;
  const reason = `the ${part ?? "prompt"} holds a line that starts a section or a block`;
  throw new ModullmError("RLLM_001", `Cannot write the program: ${reason}`, {
    details: { reason },
  });
}

function isReadAs(given: string | null | undefined, read: Template | null): boolean {
  return normal(given ?? "") === (read?.text ?? "");
}

/** A mapping as YAML: short mappings and lists on one line, long texts in lines of their own. */
export function writeYaml(value: unknown): string {
  const document = new Document(value, {
    version: "1.2",
    compat: "yaml-1.1",
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Collection(_, node, path) {
      // The frontmatter itself, and what only holds a schema's properties, read better line by
      // line.
      if (path.length > 1 && isShort(node)) node.flow = true;
    },
  });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  const tidy = closeLists(text);
  const read = parseYaml(tidy);
  return read.ok && isSameJson(read.value, value) ? tidy : text;
}

/** `[ a, b ]` as `[a, b]`, outside of quotes and of texts that have lines of their own. */
function closeLists(text: string): string {
  let within: number | null = null;
  const lines = text.split("\n").map((line) => {
    const indent = line.length - line.trimStart().length;
    if (within !== null && (line === "" || indent > within)) return line;
    within = /[|>][-+]?\d?$/.test(line) ? indent : null;
    const [, start = "", flow] = /^( *(?:- )?(?:(?:[\w-]+|"[^"]*"): )?)([{[].*)$/.exec(line) ?? [];
    if (flow === undefined) return line;
    const parts = /"(?:[^"\\]|\\.)*"|'[^']*'|\[ | \]/g;
    return start + flow.replaceAll(parts, (part) => (/^["']/.test(part) ? part : part.trim()));
  });
  return lines.join("\n");
}

function blockText({ language, when, name, reads, gives, code }: Block): string {
  const options = [
    name === null ? "" : ` name=${name}`,
    reads === null ? "" : ` in=${reads.join(",")}`,
    gives === null
      ? ""
      : ` out=${Object.entries(gives)
          .map((given) => given.join(":"))
          .join(",")}`,
  ];
  return `\`\`\`rllm-${language} ${when}${options.join("")}\n${code}\n\`\`\``;
}

/**
 * Whether it reads well on one line: not long, and with no more than one level of braces within.
 */
function isShort(node: Node): boolean {
  const text = writeJson(node.toJSON());
  return text.length <= LINE && !text.includes("\\n") && depthOf(node) <= 2;
}

function depthOf(node: unknown): number {
  if (isSeq(node)) return 1 + Math.max(0, ...node.items.map(depthOf));
  return isMap(node) ? 1 + Math.max(0, ...node.items.map(({ value }) => depthOf(value))) : 0;
}

function normal(text: string): string {
  return text.replace(/\r\n?/g, "\n").trim();
}
