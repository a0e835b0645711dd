import { writeJson } from "../../../src/core/json.ts";
import type { Kind } from "./kinds.ts";
import type { Random } from "./random.ts";
import type { Truth } from "./truth.ts";

type Row = Readonly<Record<string, unknown>>;

export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The rows of a list of flat objects, or of the one list of such that an object holds. */
export function rowsOf({ value }: Truth): readonly Row[] | null {
  const list = isRow(value) && Object.keys(value).length === 1 ? Object.values(value)[0] : value;
  if (!Array.isArray(list) || list.length === 0) return null;
  const rows: unknown[] = list;
  if (!rows.every(isRow)) return null;
  const [first] = rows;
  const names = Object.keys(first ?? {}).join("\0");
  const isFlat = rows.every(
    (row) =>
      Object.keys(row).join("\0") === names &&
      Object.values(row).every((cell) => typeof cell !== "object" || cell === null),
  );
  return isFlat && names !== "" ? rows : null;
}

const LITERAL = /^(?:true|false|null|none|yes|no|on|off|n\/a|-|undefined|null and void)?$/i;

/** The words of a cell; null for a text that would mean something else in one. */
function cellOf(value: unknown): string | null {
  if (typeof value !== "string") return writeJson(value);
  if (LITERAL.test(value) || value !== value.trim() || /[\n\t"`*<\\]/.test(value)) return null;
  return value;
}

function cellsOf(rows: readonly Row[]): readonly (readonly string[])[] | null {
  const cells = rows.map((row) => Object.values(row).map(cellOf));
  return cells.every((row): row is string[] => row.every((cell) => cell !== null)) ? cells : null;
}

function markdownTable(truth: Truth, random: Random): string | null {
  const rows = rowsOf(truth);
  const cells = rows ? cellsOf(rows) : null;
  if (!rows || !cells) return null;
  const names = Object.keys(rows[0] ?? {});
  const edge = random.chance(0.75) || names.length < 2;
  const rule = names.map(() => random.pick(["---", ":--", "--:", ":-:", "-----"]));
  const line = (parts: readonly string[]): string => {
    const inner = parts.map((part) => part.replaceAll("|", "\\|")).join(" | ");
    return edge ? `| ${inner} |` : inner;
  };
  return [line(names), line(rule), ...cells.map(line)].join("\n");
}

function separated(mark: string): (truth: Truth, random: Random) => string | null {
  return (truth, random) => {
    const rows = rowsOf(truth);
    const cells = rows ? cellsOf(rows) : null;
    const names = Object.keys(rows?.[0] ?? {});
    if (!cells || names.length < 2) return null;
    const all = random.chance(0.2);
    const write = (part: string): string =>
      part.includes(mark) || (all && part !== "null") ? `"${part.replaceAll('"', '""')}"` : part;
    return [names, ...cells]
      .map((row) => row.map(write).join(mark))
      .join(random.pick(["\n", "\r\n"]));
  };
}

function toon(truth: Truth): string | null {
  const rows = rowsOf(truth);
  const cells = rows ? cellsOf(rows) : null;
  if (!rows || !cells || cells.flat().some((cell) => /[:[\]{}#]|^-\s/.test(cell))) return null;
  const write = (part: string): string => (/[,]|^0\d/.test(part) ? JSON.stringify(part) : part);
  const names = Object.keys(rows[0] ?? {}).map((name) =>
    /^[A-Za-z_][\w.]*$/.test(name) ? name : `"${name}"`,
  );
  const key = isRow(truth.value) ? (Object.keys(truth.value)[0] ?? "") : "";
  const head = /^[A-Za-z_]*$/.test(key) ? key : `"${key}"`;
  return [
    `${head}[${rows.length}]{${names.join(",")}}:`,
    ...cells.map((row) => `  ${row.map(write).join(",")}`),
  ].join("\n");
}

/** The items of a list one after another, each a value of its own. */
function itemsOf({ value }: Truth): readonly unknown[] | null {
  const list = isRow(value) && Object.keys(value).length === 1 ? Object.values(value)[0] : value;
  if (!Array.isArray(list) || list.length < 2 || !list.every(isRow)) return null;
  return list;
}

function yaml(value: unknown, indent: number, random: Random): string {
  const pad = " ".repeat(indent);
  if (Array.isArray(value)) {
    if (value.length === 0) return " []";
    if (value.every((item) => typeof item !== "object") && random.chance(0.3)) {
      return ` [${value.map((item) => yamlScalar(item, random)).join(", ")}]`;
    }
    return value
      .map((item) => {
        const text = yaml(item, indent + 2, random);
        return isRow(item) && text.startsWith("\n")
          ? `\n${pad}- ${text.slice(indent + 3)}`
          : `\n${pad}-${text}`;
      })
      .join("");
  }
  if (!isRow(value)) return ` ${yamlScalar(value, random, indent)}`;
  const members = Object.entries(value);
  if (members.length === 0) return " {}";
  return members
    .map(([key, item]) => {
      const name = /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(key) ? key : JSON.stringify(key);
      const comment = random.chance(0.1) && typeof item === "number" ? "  # as given" : "";
      return `\n${pad}${name}:${yaml(item, indent + 2, random)}${comment}`;
    })
    .join("");
}

function yamlScalar(value: unknown, random: Random, indent = -1): string {
  if (typeof value !== "string") return String(value);
  if (value.includes("\n") && indent >= 0 && !/^\s|\s$/.test(value)) {
    const pad = " ".repeat(indent + 1);
    return `|-\n${value
      .split("\n")
      .map((line) => pad + line)
      .join("\n")}`;
  }
  const isPlain = /^\p{L}[\p{L} ]*\p{L}$/u.test(value) && !LITERAL.test(value);
  return isPlain && random.chance(0.7) ? value : JSON.stringify(value);
}

function xml(name: string, value: unknown, random: Random): string {
  const tag = /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(name) ? name : "field";
  const attribute = tag === name ? "" : ` name="${name}"`;
  if (Array.isArray(value)) {
    return `<${tag}${attribute}>${value.map((item) => xml("item", item, random)).join("\n")}</${tag}>`;
  }
  if (isRow(value) && Object.keys(value).length > 0) {
    const parts = Object.entries(value).map(([key, item]) => xml(key, item, random));
    return `<${tag}${attribute}>\n${parts.join("\n")}\n</${tag}>`;
  }
  if (value === "" || isRow(value)) return random.chance(0.5) ? `<${tag}/>` : `<${tag}></${tag}>`;
  const text = String(value)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
  return `<${tag}${attribute}>${text}</${tag}>`;
}

/** Every name in it can be a tag's. */
function isTaggable(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isTaggable);
  if (!isRow(value)) return typeof value !== "string" || value === value.trim();
  return Object.entries(value).every(
    ([key, item]) => /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(key) && isTaggable(item),
  );
}

function parameters(truth: Truth, write: (key: string, text: string) => string): string | null {
  if (!isRow(truth.value)) return null;
  const entries = Object.entries(truth.value);
  if (
    entries.length === 0 ||
    entries.some(([, item]) => typeof item === "string" && item !== item.trim())
  )
    return null;
  return entries
    .map(([key, item]) => write(key, typeof item === "string" ? item : writeJson(item)))
    .join("\n");
}

/** The members of a flat object, each written by `write`; null for any other value. */
function flat({ value }: Truth, write: (key: string, item: string) => string): string[] | null {
  if (!isRow(value) || Object.keys(value).length < 2) return null;
  const members = Object.entries(value);
  const isFlat = members.every(
    ([key, item]) =>
      /^[A-Za-z_]\w*$/.test(key) &&
      item !== null &&
      ["string", "number", "boolean"].includes(typeof item),
  );
  return isFlat ? members.map(([key, item]) => write(key, writeJson(item))) : null;
}

const PYTHON: Readonly<Record<string, string>> = { true: "True", false: "False" };

/** Kinds of answers that are not JSON at all. */
export const NOTATIONS: readonly Kind[] = [
  { name: "a Markdown table", notation: markdownTable },
  { name: "CSV", notation: separated(",") },
  { name: "TSV", notation: separated("\t") },
  { name: "TOON", notation: toon },
  {
    name: "JSON lines",
    notation: (truth) =>
      itemsOf(truth)
        ?.map((item) => writeJson(item))
        .join("\n") ?? null,
  },
  {
    name: "a fence an item",
    notation: (truth) =>
      itemsOf(truth)
        ?.map((item, at) => `Item ${at + 1}:\n\`\`\`json\n${writeJson(item, 2)}\n\`\`\``)
        .join("\n\n") ?? null,
  },
  {
    name: "items with commas between them",
    notation: (truth) =>
      itemsOf(truth)
        ?.map((item) => writeJson(item))
        .join(",\n") ?? null,
  },
  {
    name: "YAML",
    notation: ({ value }, random) =>
      typeof value === "object" && value !== null ? yaml(value, 0, random).trimStart() : null,
  },
  {
    name: "tags",
    notation: ({ value }, random) =>
      isRow(value) && Object.keys(value).length > 0 && isTaggable(value)
        ? xml(random.pick(["answer", "result", "output"]), value, random)
        : null,
  },
  {
    name: "tags, a map as entries",
    notation: ({ value, schema }) => {
      if (!isRow(value) || schema["additionalProperties"] === undefined || schema["properties"])
        return null;
      if (
        Object.values(value).some(
          (item) => typeof item === "string" && (item !== item.trim() || /[<&]/.test(item)),
        )
      )
        return null;
      const entries = Object.entries(value).map(
        ([key, item]) => `<entry><key>${key}</key><value>${String(item)}</value></entry>`,
      );
      return `<answer>${entries.join("\n")}</answer>`;
    },
  },
  {
    name: "a function with parameters",
    notation: (truth) => {
      const inner = parameters(truth, (key, text) => `<parameter=${key}>\n${text}\n</parameter>`);
      return inner === null ? null : `<function=answer>\n${inner}\n</function>`;
    },
  },
  {
    name: "an invocation with parameters",
    notation: (truth, random) => {
      const inner = parameters(
        truth,
        (key, text) => `<parameter name="${key}">${text}</parameter>`,
      );
      if (inner === null) return null;
      const invoked = `<invoke name="answer">\n${inner}\n</invoke>`;
      return random.chance(0.5) ? `<function_calls>\n${invoked}\n</function_calls>` : invoked;
    },
  },
  {
    name: "lines that assign",
    notation: (truth, random) => {
      const lines = flat(truth, (key, item) => `${key} = ${item}`)?.join("\n");
      if (lines === undefined) return null;
      return random.chance(0.5) ? `\`\`\`toml\n${lines}\n\`\`\`` : lines;
    },
  },
  {
    name: "a call with named arguments",
    notation: (truth) => {
      const members = flat(truth, (key, item) => `${key}=${PYTHON[item] ?? item}`);
      return members && `answer(${members.join(", ")})`;
    },
  },
  {
    name: "lines of key and value",
    notation: ({ value }, random) => {
      if (!isRow(value) || Object.keys(value).length < 2) return null;
      const cells = Object.entries(value).map(
        ([key, item]) =>
          [key, typeof item === "object" && item !== null ? null : cellOf(item)] as const,
      );
      if (cells.some(([, cell]) => cell === null || cell.startsWith("#"))) return null;
      const [before, behind] = random.pick([
        ["**", ":** "],
        ["- ", ": "],
        ["", ": "],
        ["- **", "**: "],
      ] as const);
      return cells.map(([key, cell]) => `${before}${key}${behind}${cell}`).join("\n");
    },
  },
];
