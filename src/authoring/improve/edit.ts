import { isMap, isNode, isScalar, isSeq, parseDocument } from "yaml";
import { setInYaml } from "../../config/edit-yaml.ts";
import { ModullmError } from "../../core/error.ts";
import { writeJson } from "../../core/json.ts";
import { lineDiff } from "../../core/line-diff.ts";
import { parseYaml } from "../../core/yaml.ts";
import { type Body, parseBody, type Section } from "../../program/body.ts";
import { parseFrontmatter } from "../../program/frontmatter.ts";
import type { Example } from "../../program/program.ts";
import { createSource } from "../../program/source.ts";
import { writeYaml } from "../../program/write.ts";

/** What is to be different in a program. */
export interface ProgramEdit {
  /** Null: prompt and system message stay. */
  readonly instruction: Instruction | null;
  /** Examples that are added, after those that are there. */
  readonly examples: readonly Example[];
}

export interface Instruction {
  readonly prompt: string;
  /** Null: there is none. */
  readonly system: string | null;
}

/**
 * The text of a program with an edit; all other lines stay as they are, comments, order and line
 * breaks too.
 * @throws {ModullmError} RLLM_001 where the text can't be edited so, or is no program
 */
export function editProgram(raw: string, { instruction, examples }: ProgramEdit): string {
  const source = createSource(raw, "");
  const { text } = source;
  const front = parseFrontmatter(source);
  const body = parseBody(source, front.bodyOffset);
  const begin = text.indexOf("\n") + 1;
  const end = text.lastIndexOf("\n---", front.bodyOffset - 1) + 1;
  let yaml = text.slice(begin, end);
  let tail = text.slice(end);
  if (instruction !== null) {
    const { system } = instruction;
    const isInFront = body.system === null && Object.hasOwn(front.values, "system");
    if (isInFront && front.values["system"] !== system) yaml = withSystem(yaml, system);
    const edits = sectionEdits(
      text,
      body,
      isInFront ? { ...instruction, system: null } : instruction,
    );
    for (const { from, to, by } of edits.toSorted((a, b) => b.from - a.from))
      tail = tail.slice(0, from - end) + by + tail.slice(to - end);
  }
  if (examples.length > 0) yaml = withExamples(yaml, examples);
  return withLineBreaksOf(raw, text, text.slice(0, begin) + yaml + tail);
}

interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

function sectionEdits(
  text: string,
  { prompt, system }: Body,
  instruction: Instruction,
): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  const place = placeOf(text, prompt, "prompt");
  if (instruction.prompt !== prompt.text) edits.push({ ...place, by: instruction.prompt });
  const told = instruction.system ?? "";
  if (system !== null && told !== system.text)
    edits.push({ ...placeOf(text, system, "SYSTEM section"), by: told });
  if (system === null && told !== "")
    edits.push({ from: place.to, to: place.to, by: `\n\n<<<SYSTEM>>>\n${told}` });
  return edits;
}

/** Where a section stands in one piece. */
function placeOf(text: string, section: Section, name: string): { from: number; to: number } {
  const [from, to] = [section.fileOffset(0), section.fileOffset(section.text.length)];
  if (text.slice(from, to) === section.text) return { from, to };
  throw cannotEdit(`a block stands in the middle of the ${name}`);
}

function withSystem(yaml: string, system: string | null): string {
  return setInYaml(yaml, ["system"], system) ?? refuse("its `system` can't be replaced");
}

function withExamples(yaml: string, added: readonly Example[]): string {
  const read = parseYaml(yaml);
  const values = read.ok ? (read.value as Readonly<Record<string, unknown>>) : {};
  const old: unknown = values["examples"] ?? [];
  const all = [...(Array.isArray(old) ? old : []), ...added];
  const wanted = writeJson(sorted({ ...values, examples: all }));
  const isMeant = (candidate: string | null): candidate is string => {
    if (candidate === null) return false;
    const after = parseYaml(candidate);
    return after.ok && writeJson(sorted(after.value)) === wanted;
  };
  return (
    [appended(yaml, added), setInYaml(yaml, ["examples"], all)].find(isMeant) ??
    refuse("no examples can be added to its frontmatter")
  );
}

/** The order of keys tells nothing. */
function sorted(value: unknown): unknown {
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Lines of their own for the examples: after those that are there, or at the end. */
function appended(yaml: string, added: readonly Example[]): string | null {
  const { contents } = parseDocument(yaml, { version: "1.2" });
  if (!isMap(contents) || contents.flow === true) return null;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === "examples");
  const items = writeYaml(added);
  if (pair === undefined) return `${withBreak(yaml)}examples:\n${indented(items, 2)}`;
  const list = pair.value;
  if (!isSeq(list) || list.flow === true || !list.range) return null;
  const last = list.items.at(-1);
  if (!isNode(last) || !last.range) return null;
  const indent = list.range[0] - (yaml.lastIndexOf("\n", list.range[0] - 1) + 1);
  const isEnd = yaml[last.range[1] - 1] === "\n";
  const lineEnd = isEnd ? last.range[1] - 1 : yaml.indexOf("\n", last.range[1]);
  const at = lineEnd === -1 ? yaml.length : lineEnd + 1;
  return withBreak(yaml.slice(0, at)) + indented(items, indent) + yaml.slice(at);
}

function withBreak(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function indented(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(columns));
}

/** The new text with the line breaks, and the byte order mark, of the file. */
function withLineBreaksOf(raw: string, plain: string, changed: string): string {
  if (raw === plain) return changed;
  const breaks = [...raw.matchAll(/\r\n?|\n/g)].map(([each]) => each);
  const usual = breaks[0] ?? "\n";
  let line = 0;
  const written: { readonly text: string; readonly end: string }[] = [];
  for (const { kind, text } of lineDiff(plain, changed)) {
    const end = kind === "same" ? (breaks[line] ?? usual) : usual;
    if (kind !== "removed") written.push({ text, end });
    if (kind !== "added") line++;
  }
  const mark = /^(?:\uFEFF|\u00EF\u00BB\u00BF)/.exec(raw)?.[0] ?? "";
  const last = written.length - 1;
  return mark + written.map(({ text, end }, at) => (at === last ? text : text + end)).join("");
}

function refuse(reason: string): never {
  throw cannotEdit(reason);
}

function cannotEdit(reason: string): ModullmError {
  return new ModullmError("RLLM_001", `Cannot change the program: ${reason}`, {
    details: { reason },
  });
}
