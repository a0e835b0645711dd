import { compileContract } from "../../contract/compile.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ForeignTool, ToolResult } from "../../model/tool.ts";
import { READ_RESULT } from "../../program/tools.ts";
import type { Tool } from "./tool.ts";
import { cutRemark } from "./words.ts";

/** Results of one conversation: a long one is shown in part, and read on. */
export interface Results {
  /** The tool that reads on; null as long as nothing was cut. */
  readonly reader: Tool | null;
  /** The text that the model is shown of a result. */
  show(call: string, result: ToolResult): Shown;
  /** From now on there is something to read: a result was taken out of the conversation. */
  openReader(): void;
}

export interface Shown {
  readonly text: string;
  /** Characters of the result that are in the text. */
  readonly shown: number;
}

/**
 * Characters that are shown at once: as many as the window has tokens, which is about a quarter of
 * it.
 */
export function shownAtOnce(window: number): number {
  return Math.min(Math.max(window, 1000), 40_000);
}

export function createResults(window: number): Results {
  const most = shownAtOnce(window);
  const whole = new Map<string, string>();
  let reader: Tool | null = null;

  function part(call: string, text: string, from: number): Shown {
    if (text.length - from <= most) return { text: text.slice(from), shown: text.length - from };
    const to = withoutHalf(text, from + most);
    reader ??= readerOf(read);
    return { text: text.slice(from, to) + cutRemark(call, to, text.length), shown: to - from };
  }

  function read({ call, from = 0 }: JsonObject): ToolResult {
    const id = typeof call === "string" ? call : "";
    const text = whole.get(id);
    if (text === undefined)
      return { content: `There is no call "${id}" with a result`, failed: true };
    const start = Math.min(Number(from), text.length);
    return { content: part(id, text, start).text, failed: false };
  }

  return {
    get reader() {
      return reader;
    },
    show(call, { content }) {
      whole.set(call, content);
      return part(call, content, 0);
    },
    openReader() {
      reader ??= readerOf(read);
    },
  };
}

/** Never between the halves of a surrogate pair. */
function withoutHalf(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd8_00 && before <= 0xdb_ff ? at - 1 : at;
}

const INPUT = {
  type: "object",
  properties: {
    call: { type: "string", description: "The call whose result it is" },
    from: { type: "integer", minimum: 0, description: "The first character to read" },
  },
  required: ["call"],
  additionalProperties: false,
};

function readerOf(read: (input: JsonObject) => ToolResult): Tool {
  const compiled = compileContract(INPUT);
  if (!compiled.ok) throw new Error("the schema of read_result is not valid");
  const offer = {
    name: READ_RESULT,
    description: "Reads on in the result of an earlier call that was cut or left out.",
    input: INPUT,
  };
  const foreign: ForeignTool = {
    ...offer,
    origin: "builtin",
    call: (input) => Promise.resolve(read(input)),
  };
  return {
    ...offer,
    origin: "builtin",
    contract: compiled.contract,
    most: null,
    does: { foreign },
  };
}
