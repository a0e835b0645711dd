import { type Document, isAlias, isMap, isNode, isScalar, isSeq, parseDocument } from "yaml";
import { isObject, writeJson } from "../core/json.ts";
import { parseYaml } from "../core/yaml.ts";

type Path = readonly string[];

/** The text with a value at a path; comments, order and other lines stay; null where it can't. */
export function setInYaml(text: string, path: Path, value: unknown): string | null {
  return edited(text, path, {
    change: (document) => setIn(document, path, value),
    expected: withValue(path, value),
  });
}

/** The text without a path, and without mappings that are empty then; null where it can't be. */
export function unsetInYaml(text: string, path: Path): string | null {
  const parsed = parseYaml(text);
  if (parsed.ok && !isThere(parsed.value, path)) return text;
  return edited(text, path, {
    change: (document) => unsetIn(document, path),
    expected: withoutValue(path),
  });
}

/** The text with a list of other words at a path; comments beside those that stay, stay. */
export function setListInYaml(text: string, path: Path, words: readonly string[]): string | null {
  return edited(text, path, {
    change: (document) => setListIn(document, path, words),
    expected: withValue(path, words),
  });
}

interface Edit {
  readonly change: (document: Document) => void;
  readonly expected: (value: unknown) => unknown;
}

/**
 * The smallest edit whose text, read again, says what was meant: within the lines of one key of the
 * file, else of the file as a whole.
 */
function edited(text: string, path: Path, { change, expected }: Edit): string | null {
  const before = parseYaml(text);
  if (!before.ok) return null;
  const wanted = expected(before.value ?? {});
  const [start, end] = linesOf(text, path[0] ?? "");
  const part = text.slice(start, end);
  const gap = part === "" && start > 0 && !text.endsWith("\n") ? "\n" : "";
  const parts = rewritten(part, change, text).map(
    (by) => text.slice(0, start) + gap + by + text.slice(end),
  );
  const isMeant = (candidate: string): boolean => {
    const after = parseYaml(candidate);
    return after.ok && writeJson(after.value ?? {}) === writeJson(wanted);
  };
  return [...parts, ...rewritten(text, change, text)].find(isMeant) ?? null;
}

/** Where a key of the file stands with its value; the end of the text where it does not. */
function linesOf(text: string, key: string): readonly [number, number] {
  const { contents } = read(text);
  const pair =
    isMap(contents) && contents.flow !== true
      ? contents.items.find((each) => isScalar(each.key) && each.key.value === key)
      : undefined;
  const [from, last] = [isScalar(pair?.key) ? pair.key.range?.[0] : undefined, rangeEnd(pair)];
  if (from === undefined || last === undefined) return [text.length, text.length];
  const isEnd = last > 0 && text[last - 1] === "\n";
  const newline = isEnd ? last - 1 : text.indexOf("\n", last);
  return [text.lastIndexOf("\n", from - 1) + 1, newline === -1 ? text.length : newline + 1];
}

function rangeEnd(
  pair: { readonly key: unknown; readonly value: unknown } | undefined,
): number | undefined {
  const node = isNode(pair?.value) ? pair.value : pair?.key;
  return isNode(node) ? node.range?.[1] : undefined;
}

/**
 * What the change makes of a text: line by line, else as the library writes all of it.
 * @param style the text that it is to look like
 */
function rewritten(text: string, change: Edit["change"], style: string): readonly string[] {
  const [unchanged, changed] = [read(text), read(text)];
  try {
    change(changed);
  } catch {
    return [];
  }
  const isEmpty = isMap(changed.contents) && changed.contents.items.length === 0;
  const whole = isEmpty && changed.commentBefore === null ? "" : write(changed, style);
  return [lineByLine(text, write(unchanged, style), whole), whole].filter((each) => each !== null);
}

function read(text: string): Document {
  return parseDocument(text, { version: "1.2" });
}

function write(document: Document, text: string): string {
  const isPadded = text.includes("{ ") || !text.includes("{");
  const padded = document.toString({ lineWidth: 0, flowCollectionPadding: isPadded });
  const written = text.includes("[ ") ? padded : closeLists(padded);
  return text.includes("\r\n") ? written.replaceAll("\n", "\r\n") : written;
}

/** `[ a, b ]` as `[a, b]`, outside of quotes. */
function closeLists(text: string): string {
  const parts = /"(?:[^"\\]|\\.)*"|'[^']*'|\[ | \]/g;
  return text.replaceAll(parts, (part) => (/^["']/.test(part) ? part : part.trim()));
}

/** What the library changed beside the lines in question, such as indentation, stays. */
function lineByLine(text: string, unchanged: string, changed: string): string | null {
  const [old, before, after] = [text, unchanged, changed].map((each) => each.split("\n"));
  if (old === undefined || before === undefined || after === undefined) return null;
  if (old.length !== before.length) return null;
  let start = 0;
  while (start < Math.min(before.length, after.length) && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < Math.min(before.length, after.length) - start &&
    before.at(-1 - end) === after.at(-1 - end)
  )
    end++;
  return [
    ...old.slice(0, start),
    ...after.slice(start, after.length - end),
    ...old.slice(old.length - end),
  ].join("\n");
}

function setIn(document: Document, path: Path, value: unknown): void {
  for (let depth = 0; depth < path.length; depth++) {
    const holder = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isAlias(holder)) throw new Error("it stands elsewhere");
    // A key without a value: its mapping begins here.
    if (isScalar(holder) && holder.value === null) {
      const map = document.createNode({});
      map.comment = holder.comment ?? null;
      if (depth === 0) document.contents = map as Document["contents"];
      else document.setIn(path.slice(0, depth), map);
    }
  }
  const old = document.getIn(path, true);
  if (isScalar(old) && (value === null || typeof value !== "object")) old.value = value;
  else document.setIn(path, document.createNode(value, { flow: Array.isArray(value) }));
}

function setListIn(document: Document, path: Path, words: readonly string[]): void {
  const list = document.getIn(path, true);
  if (!isSeq(list)) return setIn(document, path, words);
  const kept = new Map(list.items.map((item) => [isScalar(item) ? item.value : null, item]));
  list.items = words.map((word) => kept.get(word) ?? document.createNode(word));
}

function unsetIn(document: Document, path: Path): void {
  document.deleteIn(path);
  for (let depth = path.length - 1; depth > 0; depth--) {
    const holder = document.getIn(path.slice(0, depth), true);
    if (!isMap(holder) || holder.items.length > 0) return;
    document.deleteIn(path.slice(0, depth));
  }
}

function withValue([key = "", ...rest]: Path, value: unknown): (from: unknown) => unknown {
  return (from) => {
    const old = isObject(from) ? from : {};
    return { ...old, [key]: rest.length === 0 ? value : withValue(rest, value)(old[key]) };
  };
}

function withoutValue([key = "", ...rest]: Path): (from: unknown) => unknown {
  return (from) => {
    if (!isObject(from)) return from;
    const { [key]: old, ...others } = from;
    if (rest.length === 0 || !isObject(old)) return others;
    const left = withoutValue(rest)(old);
    return isObject(left) && Object.keys(left).length === 0 ? others : { ...from, [key]: left };
  };
}

function isThere(value: unknown, [key = "", ...rest]: Path): boolean {
  if (!isObject(value) || !Object.hasOwn(value, key)) return false;
  return rest.length === 0 || isThere(value[key], rest);
}
