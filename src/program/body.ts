import { ModullmError } from "../core/error.ts";
import type { Block, Warning } from "./program.ts";
import { placeAt, type Source } from "./source.ts";

/** The text after the frontmatter, taken apart. A section remembers where in the file it starts. */
export interface Body {
  readonly prompt: Section;
  readonly system: Section | null;
  readonly recovery: Section | null;
  readonly blocks: readonly Block[];
  readonly warnings: readonly Warning[];
}

export interface Section {
  readonly text: string;
  /** File offset of a character of `text`. */
  fileOffset(offset: number): number;
}

export const BLOCK_OPENING = /^```rllm-(python|js) (pre|post)((?: +[a-z]+=[^ ]+)*)[ \t]*$/;
/**
 * What an author may have meant to be an opening: another fence, blanks before it, another joint,
 * or the language alone.
 */
const NEARLY =
  /^[ \t]*(?:`{3,}|~{3,})[ \t]*(?:rllm-|(?:rllm[_ ]?)?(?:python|py|js|javascript)[ \t]+(?:pre|post)\b)/i;
export const BLOCK_END = /^```[ \t]*$/;
const OPTION = /([a-z]+)=([^ ]+)/g;
export const SECTION_LINE = /^[ \t]*<<<(RECOVERY|SYSTEM)>>>[ \t]*$/;
/** What a name in `out=` may be said to hold. */
export const GIVEN_TYPES: readonly string[] = [
  "string",
  "integer",
  "number",
  "boolean",
  "array",
  "object",
  "null",
  "any",
];

/** Whether a line starts a section or a block, or looks as if it were meant to. */
export function startsPart(line: string): boolean {
  return SECTION_LINE.test(line) || line.startsWith("```rllm-") || NEARLY.test(line);
}

interface Line {
  readonly text: string;
  readonly offset: number;
}

/**
 * Blocks are taken out first, then sections are split, then each part is trimmed at both ends.
 * A block leaves an empty line behind, so that the text around it stays apart.
 */
export function parseBody(source: Source, from: number): Body {
  const blocks: Block[] = [];
  const warnings: Warning[] = [];
  const kept = takeBlocks(source, readLines(source.text, from), blocks);
  warnings.push(
    ...kept.filter(({ text }) => NEARLY.test(text)).map((line) => notABlock(source, line)),
  );
  const parts: { prompt: Line[]; SYSTEM?: Line[]; RECOVERY?: Line[] } = { prompt: [] };
  let current = parts.prompt;
  for (const line of kept) {
    const kind = SECTION_LINE.exec(line.text)?.[1] as "SYSTEM" | "RECOVERY" | undefined;
    if (kind && !parts[kind]) {
      current = parts[kind] = [];
      continue;
    }
    if (kind) {
      const message = `A second <<<${kind}>>> is ordinary text: only the first one starts the section`;
      warnings.push({ message, place: placeAt(source, line.offset) });
    }
    current.push(line);
  }
  return {
    prompt: toSection(parts.prompt, from),
    system: parts.SYSTEM ? toSection(parts.SYSTEM, from) : null,
    recovery: parts.RECOVERY ? toSection(parts.RECOVERY, from) : null,
    blocks,
    warnings,
  };
}

/**
 * A model needs a prompt, and without a model nobody reads one.
 * @throws {ModullmError} RLLM_001 where there is no prompt; RLLM_003 where there is text for a
 * model that is not asked
 */
export function checkText(
  source: Source,
  body: Body,
  { from, asksNoModel }: { readonly from: number; readonly asksNoModel: boolean },
): void {
  if (asksNoModel) refuseText(source, body);
  else requirePrompt(source, from, body);
}

function readLines(text: string, from: number): Line[] {
  const lines: Line[] = [];
  let offset = from;
  for (const line of text.slice(from).split("\n")) {
    lines.push({ text: line, offset });
    offset += line.length + 1;
  }
  return lines;
}

function takeBlocks(source: Source, lines: readonly Line[], blocks: Block[]): Line[] {
  const kept: Line[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as Line;
    if (!line.text.startsWith("```rllm-")) {
      kept.push(line);
      continue;
    }
    const opening = BLOCK_OPENING.exec(line.text);
    if (!opening)
      throw blockError(
        source,
        line,
        `the block opening "${line.text.trim()}" is not one of \`\`\`rllm-python pre, ` +
          "rllm-python post, rllm-js pre, rllm-js post",
      );
    let close = index + 1;
    while (close < lines.length && !BLOCK_END.test(lines[close]?.text ?? "")) close++;
    if (close === lines.length)
      throw blockError(source, line, `the ${opening[2]} block that opens here is never closed`);
    const block = toBlock(source, line, opening, lines.slice(index + 1, close));
    if (blocks.some((other) => other.when === block.when))
      throw blockError(source, line, `a second ${block.when} block opens here; there can be one`);
    blocks.push(block);
    kept.push({ text: "", offset: line.offset });
    index = close;
  }
  return kept;
}

function notABlock(source: Source, { text, offset }: Line): Warning {
  const message =
    `"${text.trim()}" opens no block and is ordinary text: a block opens on a line such as ` +
    `\`\`\`rllm-python pre, without blanks before it`;
  return { message, place: placeAt(source, offset) };
}

function toBlock(
  source: Source,
  line: Line,
  opening: RegExpExecArray,
  code: readonly Line[],
): Block {
  const options: Record<string, string> = {};
  for (const [, key = "", value = ""] of (opening[3] ?? "").matchAll(OPTION)) {
    if (!["name", "in", "out"].includes(key))
      throw blockError(source, line, `the block option "${key}" is not one of name, in, out`);
    if (value.split(/[.,]/).includes("__proto__"))
      throw blockError(source, line, `"__proto__" in ${key}= is not taken`);
    options[key] = value;
  }
  return {
    language: opening[1] as Block["language"],
    when: opening[2] as Block["when"],
    code: code.map((each) => each.text).join("\n"),
    name: options["name"] ?? null,
    reads: options["in"]?.split(",") ?? null,
    gives: options["out"] === undefined ? null : parseGiven(source, line, options["out"]),
    line: placeAt(source, line.offset).line + 1,
  };
}

function parseGiven(source: Source, line: Line, text: string): Record<string, string> {
  const given: Record<string, string> = {};
  for (const item of text.split(",")) {
    const [name = "", type = "any"] = item.split(":");
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw blockError(source, line, `"${name}" in out= is not a name`);
    if (!GIVEN_TYPES.includes(type))
      throw blockError(source, line, `"${type}" in out= is not one of ${GIVEN_TYPES.join(", ")}`);
    given[name] = type;
  }
  return given;
}

function blockError(source: Source, line: Line, what: string): ModullmError {
  const place = placeAt(source, line.offset);
  const details = { path: source.path, line: place.line, column: place.column };
  return new ModullmError(
    "RLLM_001",
    `Cannot read program "${source.path}", line ${place.line}: ${what}`,
    {
      details,
      place,
    },
  );
}

function toSection(lines: readonly Line[], from: number): Section {
  const joined = lines.map((line) => line.text).join("\n");
  const text = joined.trim();
  const skipped = joined.length - joined.trimStart().length;
  function fileOffset(offset: number): number {
    let rest = offset + skipped;
    for (const line of lines) {
      if (rest <= line.text.length) return line.offset + rest;
      rest -= line.text.length + 1;
    }
    return from;
  }
  return { text, fileOffset };
}

function requirePrompt(source: Source, from: number, { prompt }: Body): void {
  if (prompt.text !== "") return;
  const place = placeAt(source, from);
  const details = { path: source.path, line: place.line };
  throw new ModullmError("RLLM_001", `Cannot read program "${source.path}": the prompt is empty`, {
    details,
    place,
  });
}

function refuseText(source: Source, { prompt, system, recovery }: Body): void {
  const parts = [
    ["prompt", prompt],
    ["SYSTEM section", system],
    ["RECOVERY section", recovery],
  ] as const;
  for (const [name, section] of parts) {
    if (section === null || section.text === "") continue;
    throw new ModullmError(
      "RLLM_003",
      `The body holds a ${name}, which nobody would read: "output" says what the program ` +
        "gives, so no model is asked",
      {
        details: { field: "output" },
        place: placeAt(source, section.fileOffset(0)),
        hint: "Remove the text, or remove `output` so that a model is asked.",
      },
    );
  }
}
