import type { ArgsDef } from "citty";
import { stat } from "node:fs/promises";
import { ENCODINGS, type Encoding } from "../rows/decode.ts";
import { FORMATS, openBytes, openFile, type OpenOptions, type RowFormat } from "../rows/open.ts";
import type { Rows } from "../rows/row.ts";
import { firstOf, sampleOf } from "../rows/sample.ts";
import { type CommandContext, UsageError } from "./command.ts";

/** Options of every command that takes rows. */
export const ROW_OPTIONS = {
  "each-file": {
    type: "string",
    valueHint: "PATTERN",
    description: "A row a file, such as 'mails/*.eml', in place of ROWS: its text, and its path",
  },
  as: { type: "string", valueHint: "FIELD", description: "The field that takes a file's text" },
  map: {
    type: "string",
    valueHint: "FIELD=COLUMN",
    description: "The column, or the path in a JSON row, that gives a field; may be repeated",
  },
  "rows-format": {
    type: "enum",
    options: [...FORMATS],
    description: "The form of ROWS (by the file's ending; jsonl for stdin)",
  },
  encoding: {
    type: "enum",
    options: [...ENCODINGS],
    description: "The encoding of ROWS (utf-8); a byte order mark wins",
  },
  delimiter: {
    type: "enum",
    options: [",", ";", "|", "tab"],
    description: "What stands between the cells of CSV (a comma)",
  },
  limit: { type: "string", valueHint: "N", description: "The first N rows only" },
  sample: { type: "string", valueHint: "N", description: "N rows drawn at random, in their order" },
  seed: { type: "string", valueHint: "N", description: "What --sample draws by (default 1)" },
} satisfies ArgsDef;

export interface RowsGiven {
  /** Reads them; once where they come from stdin. */
  read(): Promise<Rows>;
  /** How messages call them. */
  readonly source: string;
  readonly map: Readonly<Record<string, string>>;
  /** How many there are, where that is found quickly; null elsewhere. */
  count(): Promise<number | null>;
}

/** Bytes of a file whose rows are counted. */
const COUNTED = 8 * 2 ** 20;

/** @param named ROWS as the user wrote it; null: not at all. @throws {UsageError} */
export function rowsGiven(context: CommandContext, named: string | null): RowsGiven {
  const { options } = context;
  const pattern = options.text("each-file");
  if (pattern !== null && named !== null)
    throw new UsageError("ROWS and --each-file can't be used together");
  const field = options.text("as");
  if (field !== null && pattern === null) throw new UsageError("--as is for --each-file");
  const source = pattern ?? (named === null || named === "-" ? "stdin" : context.resolve(named));
  const limit = countOption(context, "limit");
  const sample = countOption(context, "sample");
  const seed = options.integer("seed") ?? 1;
  const form = formOf(context);

  async function open(): Promise<Rows> {
    if (pattern !== null) {
      const { fileRows } = await import("../rows/file-rows.ts");
      return fileRows(pattern, context.output.terminal.cwd);
    }
    if (source === "stdin") return await openBytes(context.output.terminal.stdin(), source, form);
    return await openFile(source, form);
  }

  async function read(): Promise<Rows> {
    const all = await open();
    const drawn = sample === null ? all : sampleOf(all, { count: sample, seed });
    return limit === null ? drawn : firstOf(drawn, limit);
  }

  async function count(): Promise<number | null> {
    if (source === "stdin") return null;
    if (pattern === null && (await stat(source)).size > COUNTED) return null;
    let rows = 0;
    for await (const _ of await read()) rows++;
    return rows;
  }

  const map = { ...readMap(options.texts("map")), ...(field === null ? {} : { [field]: "text" }) };
  return { read, source, map, count };
}

function formOf({ options }: CommandContext): OpenOptions {
  const delimiter = options.text("delimiter");
  return {
    // The parser has held them to the lists above.
    format: options.text("rows-format") as RowFormat | null,
    encoding: (options.text("encoding") ?? "utf-8") as Encoding,
    delimiter: (delimiter === "tab" ? "\t" : delimiter) as OpenOptions["delimiter"],
  };
}

function countOption({ options }: CommandContext, name: string): number | null {
  const count = options.integer(name);
  if (count !== null && count < 0) throw new UsageError(`option --${name} must be at least 0`);
  return count;
}

function readMap(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw new UsageError(`option --map is "${word}", but FIELD=COLUMN is wanted`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
