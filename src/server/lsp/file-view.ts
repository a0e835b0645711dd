import { type OutlineNode, outlineYaml } from "../../core/yaml-outline.ts";
import { BLOCK_END, BLOCK_OPENING, SECTION_LINE } from "../../program/body.ts";
import { DELIMITER } from "../../program/frontmatter.ts";
import { BYTE_ORDER_MARK, createSource, type Source } from "../../program/source.ts";

/**
 * A program, or a file of YAML or JSON, as far as it can be read: it may be one that is being
 * written. Offsets are into `source.text`.
 */
export interface FileView {
  readonly path: string;
  readonly source: Source;
  /** Characters of a byte order mark, which the source lacks. */
  readonly mark: number;
  /** Where the YAML is: a frontmatter, or the whole of another file. */
  readonly front: Span;
  readonly outline: OutlineNode | null;
  /** Whether the outline has all that the YAML says. */
  readonly isWhole: boolean;
  /** Of a program, behind its frontmatter. */
  readonly parts: readonly BodyPart[];
}

/** From the first character to the one behind the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Behind its last character counts as well: a cursor stands between two. */
export function isIn({ from, to }: Span, offset: number): boolean {
  return from <= offset && offset <= to;
}

/** A part of a body. A block's is its code. */
export interface BodyPart extends Span {
  readonly kind: "prompt" | "system" | "recovery" | "pre" | "post";
  /** Of a block. */
  readonly language: "python" | "js" | null;
  /** The line that begins it; empty where nothing does. */
  readonly head: Span;
}

export function isProgramFile(path: string): boolean {
  return path.endsWith(".rllm");
}

export function viewFile(path: string, text: string): FileView {
  const source = createSource(text, path);
  const mark = text.length - text.replace(BYTE_ORDER_MARK, "").length;
  const { front, bodyFrom } = isProgramFile(path)
    ? frontOf(source.text)
    : { front: { from: 0, to: source.text.length }, bodyFrom: source.text.length };
  // Blank lines in front keep the offsets those of the file.
  const before = front.from === 0 ? "" : `${" ".repeat(front.from - 1)}\n`;
  const { root, isWhole } = outlineYaml(before + source.text.slice(front.from, front.to));
  const parts = partsOf(source.text, bodyFrom);
  return { path, source, mark, front, outline: root, isWhole, parts };
}

/** One that is never closed goes on to the end. */
function frontOf(text: string): { front: Span; bodyFrom: number } {
  const [first, ...others] = linesFrom(text, 0);
  if (first === undefined || !DELIMITER.test(first.text))
    return { front: { from: 0, to: 0 }, bodyFrom: 0 };
  const from = Math.min(first.to + 1, text.length);
  const end = others.find((line) => DELIMITER.test(line.text));
  if (end === undefined) return { front: { from, to: text.length }, bodyFrom: text.length };
  return { front: { from, to: end.from }, bodyFrom: Math.min(end.to + 1, text.length) };
}

interface Line extends Span {
  readonly text: string;
}

function linesFrom(text: string, start: number): Line[] {
  let from = start;
  return text
    .slice(start)
    .split("\n")
    .map((line) => {
      const found = { text: line, from, to: from + line.length };
      from = found.to + 1;
      return found;
    });
}

/** Read as `parseBody` does, but that an opening which is none is text. */
function partsOf(text: string, start: number): BodyPart[] {
  const parts: BodyPart[] = [];
  let current: Omit<BodyPart, "to"> = openPart("prompt", { from: start, to: start }, start);
  let section = current.kind;
  function begin(next: Omit<BodyPart, "to">, end: number): void {
    parts.push({ ...current, to: Math.max(current.from, end) });
    current = next;
  }
  for (const line of linesFrom(text, start)) {
    const isBlock = current.language !== null;
    const [, language, when] = (isBlock ? null : BLOCK_OPENING.exec(line.text)) ?? [];
    const named = isBlock ? undefined : SECTION_LINE.exec(line.text)?.[1]?.toLowerCase();
    if (isBlock && BLOCK_END.test(line.text))
      begin(openPart(section, { from: line.to, to: line.to }, line.to), line.from - 1);
    else if (language !== undefined)
      begin(
        { ...openPart(when as "pre", line, line.to + 1), language: language as "python" },
        line.from - 1,
      );
    else if (named !== undefined) {
      section = named as "system";
      begin(openPart(section, line, line.to + 1), line.from - 1);
    }
  }
  begin(current, text.length);
  return parts;
}

function openPart(kind: BodyPart["kind"], { from, to }: Span, start: number): Omit<BodyPart, "to"> {
  return { kind, language: null, head: { from, to }, from: start };
}
