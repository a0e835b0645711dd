import type { YamlPath } from "../../core/yaml-places.ts";
import type { FileView, Span } from "./file-view.ts";

/** Where in the YAML something is being written, read from the lines before: it may be broken. */
export interface Cursor {
  /** `item`: a key of a mapping, or a value, in a list. */
  readonly kind: "key" | "value" | "item";
  /** Of the mapping that the key is in, or of the value. */
  readonly path: YamlPath;
  /** What is written of it so far; without a quote. */
  readonly typed: Span;
}

/** What a line is below of, by how far each is indented. */
interface Frame {
  readonly indent: number;
  readonly key: string | number;
}

export function cursorAt({ source, front }: FileView, offset: number): Cursor {
  const { text } = source;
  const lines = text.slice(front.from, offset).split("\n");
  const last = lines.pop() ?? "";
  const frames: Frame[] = [];
  /** How far a block of text is indented at least; null outside of one. */
  let block: number | null = null;
  for (const line of lines) {
    const indent = indentOf(line);
    if (line.trim() === "" || (block !== null && indent > block)) continue;
    block = /(?:^|\s)[|>][-+\d]*\s*(?:#.*)?$/.test(line) ? indent : null;
    enter(line, frames);
  }
  if (block !== null && indentOf(last) > block)
    return cursorOf("value", pathOf(frames), { rest: "", start: offset });
  const { rest, at, hasKey } = enter(last, frames);
  const start = offset - last.length + at;
  if (/^[{[]/.test(rest)) return flowCursor(rest, start, pathOf(frames));
  if (hasKey) return cursorOf("value", pathOf(frames), { rest, start });
  const inside = frames.filter(({ indent }) => indent < at);
  const isItem = /^\s*- /.test(last) && typeof inside.at(-1)?.key === "number";
  return cursorOf(isItem ? "item" : "key", pathOf(inside), { rest, start });
}

const DASH = /^-(?:\s+|$)/;
const KEY = /^(["']?)([^"':\s][^"':]*?)\1\s*:(?:\s+|$)/;

/** Takes what a line begins with into the frames. @returns what is left, and its column */
function enter(line: string, frames: Frame[]): { rest: string; at: number; hasKey: boolean } {
  let at = indentOf(line);
  for (let dash = DASH.exec(line.slice(at)); dash; dash = DASH.exec(line.slice(at))) {
    while ((frames.at(-1)?.indent ?? -1) > at) frames.pop();
    const before = frames.at(-1);
    const isNext = before?.indent === at && typeof before.key === "number";
    if (isNext) frames.pop();
    frames.push({ indent: at, key: isNext ? before.key + 1 : 0 });
    at += dash[0].length;
  }
  const key = KEY.exec(line.slice(at));
  if (key === null) return { rest: line.slice(at), at, hasKey: false };
  while ((frames.at(-1)?.indent ?? -1) >= at) frames.pop();
  frames.push({ indent: at, key: key[2] ?? "" });
  at += key[0].length;
  return { rest: line.slice(at), at, hasKey: true };
}

interface FlowFrame {
  readonly isList: boolean;
  key: string | number | null;
}

/** Within `{ }` and `[ ]` on one line. */
function flowCursor(text: string, start: number, path: YamlPath): Cursor {
  const open: FlowFrame[] = [];
  let word = 0;
  for (const { 0: mark, index } of text.matchAll(FLOW_MARKS)) {
    const frame = open.at(-1);
    if (mark === "{" || mark === "[") open.push({ isList: mark === "[", key: startOf(mark) });
    else if (mark === "}" || mark === "]") open.pop();
    else if (mark === "," && frame) frame.key = frame.isList ? Number(frame.key) + 1 : null;
    else if (mark === ":" && frame?.isList === false)
      frame.key = unquoted(text.slice(word, index).trim());
    // What is in quotes has no marks; a quote that is never closed is being written.
    if (mark.length === 1 && !/["']/.test(mark)) word = index + 1;
  }
  const last = open.at(-1);
  const keys = open.flatMap(({ key }) => key ?? []);
  const rest = text.slice(word).trimStart();
  const kind = last && !last.isList && last.key === null ? "key" : "value";
  return cursorOf(kind, [...path, ...keys], { rest, start: start + text.length - rest.length });
}

const FLOW_MARKS = /"[^"]*(?:"|$)|'[^']*(?:'|$)|[{}[\],]|:(?=\s|$)/g;

function startOf(mark: "{" | "["): number | null {
  return mark === "[" ? 0 : null;
}

function cursorOf(
  kind: Cursor["kind"],
  path: YamlPath,
  { rest, start }: { readonly rest: string; readonly start: number },
): Cursor {
  const quote = /^["']/.test(rest) ? 1 : 0;
  return { kind, path, typed: { from: start + quote, to: start + rest.length } };
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, "$2");
}

function pathOf(frames: readonly Frame[]): YamlPath {
  return frames.map(({ key }) => key);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
