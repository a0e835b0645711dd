import { didYouMean } from "../../core/nearest.ts";
import type { Block } from "../../program/program.ts";
import { OFFERED_PYTHON } from "../python/offered.ts";
import type { PythonFact, PythonReport } from "./python-facts.ts";

export interface Wording {
  readonly block: Pick<Block, "when" | "reads">;
  readonly report: PythonReport;
}

/** Facts that mean that the block can't run at all. */
export const FATAL: ReadonlySet<string> = new Set(["syntax", "too-deep"]);

/**
 * What a fact means for the author, and what to do; null for a fact that is nothing to tell by
 * itself.
 */
export function wordFact(fact: PythonFact, wording: Wording): string | null {
  const words = WORDS[fact.fact];
  return words ? words(fact, wording) : null;
}

/** `context["input"]["text"]` */
export function contextPath(path: readonly string[]): string {
  return `context${path.map((key) => (/^[0-9]+$/.test(key) ? `[${key}]` : `[${JSON.stringify(key)}]`)).join("")}`;
}

type Words = (fact: PythonFact, wording: Wording) => string | null;

const WORDS: Readonly<Record<string, Words>> = {
  syntax: ({ reason }) => `${reason}${returnHint(reason)}`,
  "too-deep": () => "it is nested too deeply, or is too large, for Python to read",
  unread: ({ reason }, { block }) =>
    `The names of the ${block.when} block were not checked: it is nested too deeply, or is ` +
    `too large (${reason})`,
  "import-refused": ({ name }) =>
    `Import of "${name}" will be refused: blocks may import ${OFFERED_PYTHON.modules.join(", ")}`,
  "no-attribute": wordAttribute,
  "attribute-of-mapping": wordMapping,
  undefined: wordUndefined,
  "not-offered": ({ name }) => `"${name}" is not offered to blocks${INSTEAD[name] ?? ""}`,
  "result-kind": ({ what }) =>
    `result is ${what}, but must be a dict of what the block gives, or None`,
  "result-part": ({ what }) =>
    `result holds ${what}, which can't be given as JSON${PART_HINTS[what] ?? ""}`,
  "result-local": ({ name }) =>
    `result is assigned in "${name}" only, where it is a variable of its own: assign it ` +
    "outside of functions",
  "gives-nothing": ({ changes }, { block }) => {
    if (!changes) return `The ${block.when} block gives nothing: it never assigns result`;
    return block.reads === null
      ? null
      : `The ${block.when} block gives nothing: with in= what it changes in context is not ` +
          "kept, assign result instead";
  },
};

function returnHint(reason: string): string {
  return reason.startsWith("'return' outside") ? "; assign what the block gives to result" : "";
}

function wordAttribute({ module, name, has, inside }: PythonFact): string {
  const instead = inside ? ` Write ${module}.${module}.${name}` : didYouMean(name, has);
  return `Module "${module}" has no "${name}"${instead === "" ? "" : `.${instead}`}`;
}

function wordMapping({ path, name }: PythonFact): string {
  if (path.includes(name)) return `A dict has no attribute "${name}": write ${contextPath(path)}`;
  return `${contextPath(path)} is a dict, which has no method "${name}"`;
}

function wordUndefined({ name }: PythonFact, { block, report }: Wording): string {
  const parts = block.when === "post" ? ["output", "uses"] : ["uses"];
  if (parts.includes(name)) return `"${name}" is never defined: write ${contextPath([name])}`;
  if (OFFERED_PYTHON.modules.includes(name))
    return `"${name}" is never imported: begin with import ${name}`;
  const python = OF_JSON[name];
  if (python !== undefined) return `"${name}" is never defined: Python writes ${python}`;
  const near = didYouMean(name, [...report.names, "context", "result", ...OFFERED_PYTHON.builtins]);
  return `"${name}" is never defined${near === "" ? "" : `.${near}`}`;
}

const OF_JSON: Readonly<Record<string, string>> = {
  true: "True",
  false: "False",
  null: "None",
  undefined: "None",
};

/** What to do instead of using what only full Python has. */
const INSTEAD: Readonly<Record<string, string>> = {
  open: ": they reach no files, pass the text in the input",
  input: `: the program's input is context["input"]`,
  eval: ": they run no code that is made at run time",
  exec: ": they run no code that is made at run time",
  compile: ": they run no code that is made at run time",
  __import__: ": write an import statement",
  exit: ": raise an exception to fail, or leave result alone to give nothing",
  quit: ": raise an exception to fail, or leave result alone to give nothing",
};

const PART_HINTS: Readonly<Record<string, string>> = {
  "a set": ": write sorted(…) or list(…)",
  "a generator": ": write list(…)",
  "an iterator": ": write list(…)",
  "a range": ": write list(…)",
  "a key that is no string": ": write the key as a string",
};
