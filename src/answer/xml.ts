import { edit, newCursor, type Cursor } from "./scan.ts";
import type { Node, ObjectNode } from "./tree.ts";

const TAG =
  /<(\/?)([\p{L}_][\p{L}\p{N}_.:-]{0,80})((?:\s+[\p{L}_:][\p{L}\p{N}_.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/gu;
const MAX_TAGS = 20_000;
const MAX_DEPTH = 200;

interface Element {
  readonly name: string;
  readonly start: number;
  readonly inner: number;
  stop: number;
  readonly children: Element[];
}

/**
 * An answer written in tags, as objects: once what the outermost tag holds, once with the tag's
 * name as a key.
 */
export function findXml(
  text: string,
): { readonly cursor: Cursor; readonly nodes: readonly Node[] } | null {
  const first = text.search(/<[\p{L}_][\p{L}\p{N}_.:-]{0,80}[\s>/]/u);
  if (first < 0) return null;
  const roots = readElements(text);
  const root = roots.findLast((element) => element.children.length > 0) ?? roots.at(-1);
  if (!root) return null;
  const cursor = newCursor(text, root.start, text.length, false);
  edit(cursor, "xml", root.start, root.stop, "");
  const nodes: Node[] = [
    nodeOf(text, root),
    objectOf(root, [{ key: root.name, keyStart: root.start, value: nodeOf(text, root) }]),
  ];
  const flat = roots.filter((element) => element !== root || root.children.length === 0);
  if (flat.length > 1)
    nodes.push(
      objectOf(
        root,
        flat.map((one) => ({ key: one.name, keyStart: one.start, value: nodeOf(text, one) })),
      ),
    );
  return { cursor, nodes };
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
    const [whole, slash, name = "", , self] = found;
    if (slash) {
      const level = open.findLastIndex(
        (element) => element.name.toLowerCase() === name.toLowerCase(),
      );
      if (level >= 0) for (const element of open.splice(level)) element.stop = found.index;
    } else {
      const element = {
        name,
        start: found.index,
        inner: found.index + whole.length,
        stop: text.length,
        children: [],
      };
      (open.at(-1)?.children ?? roots).push(element);
      if (self) element.stop = element.inner;
      else if (open.length < MAX_DEPTH) open.push(element);
      last = element;
    }
  }
  return roots;
}

function nodeOf(text: string, element: Element): Node {
  if (element.children.length > 0) {
    return objectOf(
      element,
      element.children.map((child) => ({
        key: child.name,
        keyStart: child.start,
        value: nodeOf(text, child),
      })),
    );
  }
  const content = unescapeXml(text.slice(element.inner, element.stop).trim());
  return {
    kind: "text",
    quoted: false,
    text: content,
    start: element.inner,
    end: element.stop,
    editFrom: 0,
    editTo: 0,
    open: false,
  };
}

function objectOf(element: Element, members: ObjectNode["members"]): ObjectNode {
  return {
    kind: "object",
    members,
    bare: [],
    start: element.start,
    end: element.stop,
    editFrom: 0,
    editTo: 0,
    open: false,
  };
}

function unescapeXml(text: string): string {
  const data = /^<!\[CDATA\[([\s\S]*?)(?:\]\]>)?$/.exec(text);
  if (data) return data[1] ?? "";
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
