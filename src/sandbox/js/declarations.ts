/**
 * The code with `let`, `const` and `class` at its top level made `var`, so that a session can
 * declare a name again, as people do who try things out: a script's own lexical names could never
 * be declared twice. Lines stay where they are. Null where the code can't be followed to its end;
 * and since it is followed without a grammar, what comes out is for the engine to parse before it
 * is used.
 */
export function withVariables(code: string): string | null {
  const scan: Scan = {
    code,
    at: 0,
    done: [],
    from: 0,
    open: [],
    before: "start",
    classAhead: false,
  };
  while (scan.at < code.length) if (!readToken(scan)) return null;
  return scan.open.length > 0 ? null : scan.done.join("") + code.slice(scan.from);
}

interface Scan {
  readonly code: string;
  at: number;
  /** What is rewritten, up to `from`. */
  readonly done: string[];
  from: number;
  readonly open: Bracket[];
  /** What stands before decides what `/` begins, and whether `class` is a statement. */
  before: "value" | "operator" | "dot" | "head" | "start";
  /** Between `class A` at the top level and its body. */
  classAhead: boolean;
}

type Bracket = "(" | "head (" | "[" | "object {" | "block {" | "class {" | "${";

const SPACE = /(?:\s|\/\/.*|\/\*[^]*?\*\/)+/y;
const TEXT = /"(?:[^"\\\n\r]|\\[^])*"|'(?:[^'\\\n\r]|\\[^])*'/y;
const WORD = /#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /\.?\d(?:[eE][+-]\d|[\w.])*/y;
const REGEXP = /\/(?:[^/\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/\w*/y;
const TEMPLATE = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;
const MARK = /\+\+|--|=>|[^\\"'`]/y;
const AFTER_LET = /(?:\s|\/\/.*|\/\*[^]*?\*\/)*[\p{ID_Start}$_[{]/uy;
const AFTER_CLASS = /\s+([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)/uy;
const CLOSED_BY = {
  ")": ["(", "head ("],
  "]": ["["],
  "}": ["object {", "block {", "class {"],
} as const;
/** Words with which no value ends. */
const OPERATORS = new Set(
  "return typeof instanceof in of new delete void throw case do else try finally yield await".split(
    " ",
  ),
);
const HEADS = new Set(["if", "while", "for", "with", "switch", "catch"]);

/** Goes over one token. False where there is none that is known. */
function readToken(scan: Scan): boolean {
  if (match(scan, SPACE) !== null) return true;
  const char = scan.code[scan.at] ?? "";
  if (char === "`" || (char === "}" && scan.open.at(-1) === "${")) return readTemplate(scan, char);
  const word = match(scan, WORD);
  if (word !== null) {
    readWord(scan, word);
    return true;
  }
  const isValue =
    match(scan, TEXT) !== null ||
    match(scan, NUMBER) !== null ||
    (scan.before !== "value" && char === "/" && match(scan, REGEXP) !== null);
  if (isValue) scan.before = "value";
  return isValue || readMark(scan, match(scan, MARK));
}

function match(scan: Scan, pattern: RegExp): string | null {
  pattern.lastIndex = scan.at;
  const found = pattern.exec(scan.code)?.[0] ?? null;
  scan.at += found?.length ?? 0;
  return found;
}

function readTemplate(scan: Scan, char: string): boolean {
  scan.at++;
  if (char === "}") scan.open.pop();
  const text = match(scan, TEMPLATE);
  if (text === null) return false;
  if (text.endsWith("`")) scan.before = "value";
  else {
    scan.open.push("${");
    scan.before = "operator";
  }
  return true;
}

function readWord(scan: Scan, word: string): void {
  const { before } = scan;
  const start = scan.at - word.length;
  scan.before = "value";
  if (before === "dot") return;
  if (HEADS.has(word)) scan.before = "head";
  else if (OPERATORS.has(word)) scan.before = "operator";
  if (scan.open.length > 0 || before === "operator") return;
  if (word === "const" || (word === "let" && looksAt(scan, AFTER_LET)))
    rewrite(scan, start, scan.at, "var");
  const name = word === "class" ? looksAt(scan, AFTER_CLASS)?.[1] : undefined;
  if (name === undefined || name === "extends") return;
  rewrite(scan, start, start, `var ${name} = `);
  scan.classAhead = true;
}

function looksAt(scan: Scan, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = scan.at;
  return pattern.exec(scan.code);
}

function rewrite(scan: Scan, from: number, to: number, text: string): void {
  scan.done.push(scan.code.slice(scan.from, from), text);
  scan.from = to;
}

function readMark(scan: Scan, mark: string | null): boolean {
  const { open, before } = scan;
  if (mark === null) return false;
  if (mark === "(") open.push(before === "head" ? "head (" : "(");
  else if (mark === "[") open.push("[");
  else if (mark === "{") open.push(bracketOf(scan));
  if (mark === ")" || mark === "]" || mark === "}") return close(scan, mark);
  if (mark === "++" || mark === "--") return true;
  scan.before = mark === ";" || mark === "{" ? "start" : mark === "." ? "dot" : "operator";
  return true;
}

function bracketOf(scan: Scan): Bracket {
  if (scan.classAhead && scan.open.length === 0) {
    scan.classAhead = false;
    return "class {";
  }
  return scan.before === "operator" ? "object {" : "block {";
}

function close(scan: Scan, mark: keyof typeof CLOSED_BY): boolean {
  const bracket = scan.open.pop();
  const expected: readonly (string | undefined)[] = CLOSED_BY[mark];
  if (!expected.includes(bracket)) return false;
  scan.before =
    bracket === "head (" || bracket === "block {" || bracket === "class {" ? "start" : "value";
  if (bracket === "class {") rewrite(scan, scan.at, scan.at, ";");
  return true;
}
