/** One `NAME=value` of a `.env` file; `line` counts from 1. */
export interface EnvEntry {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** A line that is no assignment. The line's text is left out on purpose: it may hold a key. */
export interface EnvFault {
  readonly line: number;
  readonly reason: string;
}

export interface EnvFile {
  /** In file order; a name that is set twice appears twice, and the last one counts. */
  readonly entries: readonly EnvEntry[];
  readonly faults: readonly EnvFault[];
}

/**
 * Reads `NAME=value` lines: `export`, blanks around `=`, single and double quotes (which may span
 * lines), the escapes `\n \r \t \" \\ \$` in double quotes, ` # comments`, CRLF and a byte order
 * mark. Nothing is interpolated.
 */
export function parseEnvFile(source: string): EnvFile {
  const text = source.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const entries: EnvEntry[] = [];
  const faults: EnvFault[] = [];
  const unclosed = new Set<string>();
  let offset = 0;
  let line = 1;
  while (offset < text.length) {
    const read = readStatement(text, offset, unclosed);
    if (read.kind === "entry") entries.push({ name: read.name, value: read.value, line });
    if (read.kind === "fault") faults.push({ line, reason: read.reason });
    line += countLines(text, offset, read.end);
    offset = read.end;
  }
  return { entries, faults };
}

type Statement = { readonly end: number } & (
  | { readonly kind: "entry"; readonly name: string; readonly value: string }
  | { readonly kind: "fault"; readonly reason: string }
  | { readonly kind: "blank" }
);

/**
 * @param unclosed quotes that were searched for up to the end in vain: not searched for again, so
 * that time stays linear
 */
function readStatement(text: string, start: number, unclosed: Set<string>): Statement {
  const newline = text.indexOf("\n", start);
  const lineEnd = newline === -1 ? text.length : newline;
  const end = Math.min(lineEnd + 1, text.length);
  const line = text.slice(start, lineEnd);
  const trimmed = line.trim();
  if (trimmed === "" || trimmed.startsWith("#")) return { kind: "blank", end };

  const equals = line.indexOf("=");
  if (equals === -1)
    return { kind: "fault", reason: "there is no `=`; a line is NAME=value or a # comment", end };
  const name = line
    .slice(0, equals)
    .replace(/^\s*export\s/, "")
    .trim();
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return {
      kind: "fault",
      reason: "what stands before `=` is not a name of letters, digits and underscores",
      end,
    };
  }

  const rest = line.slice(equals + 1);
  const quoteAt = rest.length - rest.trimStart().length;
  const quote = rest[quoteAt];
  if (quote !== '"' && quote !== "'") return { kind: "entry", name, value: plainValue(rest), end };

  const opened = start + equals + 1 + quoteAt;
  const close = unclosed.has(quote) ? -1 : closingQuote(text, opened);
  if (close === -1) {
    unclosed.add(quote);
    return { kind: "fault", reason: neverClosed(quote), end };
  }
  const afterClose = text.indexOf("\n", close);
  const lastLineEnd = afterClose === -1 ? text.length : afterClose;
  if (!/^\s*(#|$)/.test(text.slice(close + 1, lastLineEnd))) {
    // Only this line is given up: the lines up to a stray quote further down are read on their own.
    const reason =
      close < lineEnd ? `there is text behind the closing ${quote}` : neverClosed(quote);
    return { kind: "fault", reason, end };
  }
  const inner = text.slice(opened + 1, close);
  const value = quote === '"' ? unescape(inner) : inner;
  return { kind: "entry", name, value, end: Math.min(lastLineEnd + 1, text.length) };
}

function neverClosed(quote: string): string {
  return `the ${quote} that opens the value is never closed`;
}

/**
 * A `#` starts a comment at the beginning of the value or behind a blank; within a word it is part
 * of the value.
 */
function plainValue(rest: string): string {
  const comment = /(^|\s)#/.exec(rest);
  return (comment === null ? rest : rest.slice(0, comment.index)).trim();
}

function closingQuote(text: string, opened: number): number {
  const quote = text[opened];
  for (let index = opened + 1; index < text.length; index++) {
    if (quote === '"' && text[index] === "\\") index++;
    else if (text[index] === quote) return index;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "\\": "\\",
  $: "$",
};

function unescape(inner: string): string {
  return inner.replace(/\\([\s\S])/g, (whole, letter: string) => ESCAPES[letter] ?? whole);
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1))
    lines++;
  return lines;
}
