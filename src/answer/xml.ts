import { edit, newCursor, type Cursor } from "./scan.ts";
import {
  arrayNode,
  objectNode,
  textNode,
  type Member,
  type Node,
  type ObjectNode,
} from "./tree.ts";

const TAG =
  /<(\/?)([\p{L}_][\p{L}\p{N}_.:-]{0,80})((?:\s+[\p{L}_:][\p{L}\p{N}_.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/gu;
const MAX_TAGS = 20_000;
const MAX_DEPTH = 200;

interface Element {
  readonly name: string;
  readonly start: number;
  readonly inner: number;
  readonly attributes: string;
  stop: number;
  /** Its closing tag is there, or it is empty. */
  isClosed: boolean;
  readonly children: Element[];
}

/** One answer in tags. */
interface Tagged {
  /** Where its first tag begins. */
  readonly start: number;
  readonly cursor: Cursor;
  readonly node: Node;
  readonly cost: number;
}

/**
 * An answer written in tags, as objects: what each outermost tag holds, the same with the tag's
 * name as a key, and all of them as members of one object.
 */
export function findXml(text: string): Tagged[] {
  const first = text.search(/<[\p{L}_][\p{L}\p{N}_.:-]{0,80}[\s>/]/u);
  if (first < 0) return [];
  const roots = readElements(text);
  const parents = roots.filter((element) => element.children.length > 0).slice(-MAX_ROOTS);
  const last = roots.at(-1);
  const found: Tagged[] = [];
  const cost = parents.length > 1 ? ONE_OF_SEVERAL : 0;
  for (const root of parents.length > 0 ? parents : last ? [last] : []) {
    found.push(taggedOf(text, [root], cost, (cursor) => nodeOf(cursor, root, true)));
    if (root.attributes !== "")
      found.push(taggedOf(text, [root], cost + BY_ATTRIBUTES, (cursor) => nodeOf(cursor, root)));
    found.push(taggedOf(text, [root], cost + BY_NAME, (cursor) => namedOf(cursor, [root])));
  }
  const flat = roots.filter((element) => parents.length !== 1 || element !== parents[0]);
  if (roots.length > 1 && roots.every(({ name }) => name === roots[0]?.name))
    found.push(taggedOf(text, roots, 0, (cursor) => listOf(cursor, roots)));
  const isRepeated = new Set(flat.map(({ name }) => name)).size < flat.length;
  const flatCost = isRepeated ? BY_NAME + ONE_OF_SEVERAL : 0;
  if (flat.length > 1)
    found.push(taggedOf(text, flat, flatCost, (cursor) => namedOf(cursor, flat)));
  return found;
}

/** The outermost tag rather says what the answer is than names a property of it. */
const BY_NAME = 6;
/** What the outermost tag's attributes say is rather about the answer than part of it. */
const BY_ATTRIBUTES = 1;
/** All of them may be the items of one list. */
const ONE_OF_SEVERAL = 4;
/** The last of so many answers in tags are looked at. */
const MAX_ROOTS = 8;

function taggedOf(
  text: string,
  elements: readonly Element[],
  cost: number,
  nodeFor: (cursor: Cursor) => Node,
): Tagged {
  const start = elements[0]?.start ?? 0;
  const cursor = newCursor(text, start, text.length, false);
  edit(cursor, "xml", start, elements.at(-1)?.stop ?? start, "");
  return { start, cursor, node: nodeFor(cursor), cost };
}

function namedOf(cursor: Cursor, elements: readonly Element[]): ObjectNode {
  const members = elements.map((one) => ({
    key: one.name,
    keyStart: one.start,
    value: nodeOf(cursor, one, true),
  }));
  return objectNode(members, elements[0]?.start ?? 0, elements.at(-1)?.stop ?? 0);
}

/** Tags of one name, one after another, as the items of a list. */
function listOf(cursor: Cursor, elements: readonly Element[]): Node {
  const items = elements.map((one) => nodeOf(cursor, one, true));
  return arrayNode(items, elements[0]?.start ?? 0, elements.at(-1)?.stop ?? 0);
}

/** Tags nest by name; one that is not closed ends with the tag around it, or with the text. */
function readElements(text: string): Element[] {
  const roots: Element[] = [];
  const open: Element[] = [];
  let count = 0;
  let last: Element | null = null;
  for (const found of text.matchAll(TAG)) {
    if (++count > MAX_TAGS) return [];
    // What holds no tag ends with the next one, its own closing tag or not.
    if (last) last.stop = Math.min(last.stop, found.index);
    last = null;
    const [whole, slash, name = "", attributes = "", self] = found;
    if (slash) close(open, name, found.index);
    else {
      const element: Element = {
        name,
        start: found.index,
        inner: found.index + whole.length,
        attributes,
        stop: text.length,
        isClosed: false,
        children: [],
      };
      (open.at(-1)?.children ?? roots).push(element);
      if (self) [element.stop, element.isClosed] = [element.inner, true];
      else if (open.length < MAX_DEPTH) open.push(element);
      last = element;
    }
  }
  return roots;
}

function close(open: Element[], name: string, at: number): void {
  const lower = name.toLowerCase();
  const level = open.findLastIndex((element) => element.name.toLowerCase() === lower);
  if (level < 0) return;
  for (const [index, element] of open.splice(level).entries()) {
    element.stop = at;
    element.isClosed = index === 0;
  }
}

/** The attributes of the outermost tag say what it is; those of others are data. */
function nodeOf(cursor: Cursor, element: Element, isRoot = false): Node {
  const { text } = cursor;
  if (!element.isClosed) edit(cursor, "missing-closer", element.stop, element.stop, element.name);
  const hasContent = element.inner < element.stop;
  const attributes = isRoot && hasContent ? [] : attributesOf(element);
  const isEmpty = !hasContent && attributes.length > 0;
  if (element.children.length > 0 || isEmpty) {
    noteLooseText(cursor, element);
    const children = element.children.map((child) => ({
      key: child.name,
      keyStart: child.start,
      value: nodeOf(cursor, child),
    }));
    return objectNode([...attributes, ...children], element.start, element.stop);
  }
  const content = text.slice(element.inner, element.stop).trim();
  return textNode({
    text: unescapeXml(content),
    start: element.inner,
    end: element.stop,
    isQuoted: content.startsWith("<![CDATA["),
  });
}

/** Text between the tags of an element belongs to none of them. */
function noteLooseText(cursor: Cursor, { inner, stop, children }: Element): void {
  let from = inner;
  for (const child of [...children, null]) {
    const to = child?.start ?? stop;
    const loose = /\S[\s\S]*/.exec(cursor.text.slice(from, to).replace(CLOSING_TAG, ""))?.[0];
    if (loose !== undefined && !loose.startsWith("<!--"))
      edit(cursor, "skipped-text", from, to, "");
    from = child?.stop ?? stop;
  }
}

/** The closing tag of the child in front. */
const CLOSING_TAG = /^<\/[^>]{0,90}>/;
const ATTRIBUTE = /([\p{L}_:][\p{L}\p{N}_.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/gu;

function attributesOf(element: Element): Member[] {
  const members: Member[] = [];
  for (const [, key = "", double, single] of element.attributes.matchAll(ATTRIBUTE)) {
    const text = unescapeXml(double ?? single ?? "");
    const value = textNode({ text, start: element.start, end: element.inner, isQuoted: false });
    members.push({ key, keyStart: element.start, value });
  }
  return members;
}

export function unescapeXml(text: string): string {
  const data = /^<!\[CDATA\[([\s\S]*?)(?:\]\]>)?$/.exec(text);
  if (data) return data[1] ?? "";
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
