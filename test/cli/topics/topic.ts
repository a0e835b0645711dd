import { parse, stringify } from "yaml";
import { readConsole, readWords, type Shown } from "../../docs/console.ts";
import { type Block, readPage } from "../../docs/page.ts";
import { TOPICS } from "../../../src/cli/topics/topics.ts";

export interface Topic {
  readonly name: string;
  readonly text: string;
  /** Programs, whole ones and those made from a part, by the name they are saved under. */
  readonly programs: Readonly<Record<string, string>>;
  /** Blocks that are a config.yaml. */
  readonly configurations: readonly string[];
  /** Commands with what they print. */
  readonly shown: readonly Shown[];
  /** Every other `modullm …`, in order, without comments. */
  readonly commands: readonly string[];
  /** How often the text has `modullm` before a word. */
  readonly mentions: number;
}

export async function readTopics(): Promise<Topic[]> {
  return await Promise.all(
    Object.entries(TOPICS).map(async ([name, load]) => readTopic(name, await load())),
  );
}

/**
 * The words of a shown command as a shell would split them, without the file that it reads and a
 * `…` for what may follow.
 */
export function wordsOf(command: string): string[] {
  return readWords(command.replace(/ < \S+| …$/g, ""), ".").words;
}

/** Whether a command can be typed as it stands: it has no placeholder such as `FILE` or `…`. */
export function isComplete(command: string): boolean {
  return !/…|\b[A-Z]{4,}\b/.test(command);
}

function readTopic(name: string, text: string): Topic {
  const { blocks, prose } = readPage(name, text);
  const of = (language: string): Block[] => blocks.filter((block) => block.language === language);
  const consoles = of("console").flatMap((block) => readConsole(block.text));
  const commands = prose.split("\n").flatMap(commandsOf);
  return {
    name,
    text,
    programs: Object.fromEntries([
      ...of("rllm").map((block) => [block.file ?? "", `${block.text}\n`]),
      ...of("frontmatter").map((block, index) => [`part-${index + 1}.rllm`, completed(block.text)]),
    ]),
    configurations: of("config.yaml").map((block) => block.text),
    shown: consoles,
    commands,
    mentions: text.match(/\bmodullm [a-z-]/g)?.length ?? 0,
  };
}

/** An indented line is a command up to ` #` or three blanks; else what stands in backticks. */
function commandsOf(line: string): string[] {
  const [, indented] = /^ {4}(?:.*\| )?(modullm .*)$/.exec(line) ?? [];
  if (indented !== undefined)
    return [indented.replace(/(?: +#| {3,}|(?<=^modullm plugins \S+) {2,}).*$/, "").trimEnd()];
  return [...line.matchAll(/`(modullm [^`]+)`/g)].map(([, code = ""]) => code);
}

/** The rule for a part of a frontmatter: its keys replace those of this program. */
function completed(part: string): string {
  const front = { ...(parse(WHOLE) as object), ...(parse(part) as object) };
  return `---\n${stringify(front)}---\nAnswer with JSON of this form: {{schema.output}}\n\n{{input}}\n`;
}

const WHOLE = `
name: part
description: A part of the help, completed.
version: 0.1.0
author: test
max_context_window: 8000
input_schema: { type: object, properties: { text: { type: string } } }
output_schema: { type: object, properties: { answer: { type: string } } }
llm: { model: builtin/baseline }
llm_params: {}
`;
