import type { RuleName } from "./rules.ts";

/** What the tolerant parser makes of a text. Offsets are UTF-16, into the whole answer. */
export type Node = ObjectNode | ArrayNode | TextNode;

interface NodeBase {
  start: number;
  end: number;
  /** The parser's edits inside this node are `edits[editFrom..editTo)` of its parse. */
  editFrom: number;
  editTo: number;
  /** The text ended before the node did. */
  open: boolean;
}

export interface ObjectNode extends NodeBase {
  readonly kind: "object";
  readonly members: Member[];
  /** What stood between the braces with no colon: a set such as `{"a", "b"}`, or garbage. */
  readonly bare: Node[];
}

export interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly value: Node;
}

export interface ArrayNode extends NodeBase {
  readonly kind: "array";
  readonly items: Node[];
}

/** A scalar: quoted, or bare as in `null`, `12` and `hello world`. */
export interface TextNode extends NodeBase {
  readonly kind: "text";
  readonly quoted: boolean;
  /** The notation has no quotes to tell text from numbers: the schema says what it is. */
  readonly isUntyped?: boolean;
  /** What the quotes hold, decoded; of a bare one the source, trimmed. */
  readonly text: string;
}

/** An edit as the parser makes it: `from` and `to` bound what was there. */
export interface ParseEdit {
  readonly rule: RuleName;
  readonly from: number;
  readonly to: number;
  readonly after: string;
  /** What was there, where that is not in the text that was parsed. */
  readonly before?: string;
}

/** Node fields of what the tolerant parser had no part in. */
export const CLOSED = { editFrom: 0, editTo: 0, open: false } as const;

export function objectNode(members: Member[], start: number, end: number): ObjectNode {
  return { kind: "object", members, bare: [], start, end, ...CLOSED };
}

export function arrayNode(items: Node[], start: number, end: number): ArrayNode {
  return { kind: "array", items, start, end, ...CLOSED };
}

/** A scalar of a notation in which the schema says what stands without quotes. */
export interface Written {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Quotes stood around it, or other marks that say so: it is text. */
  readonly isQuoted: boolean;
}

export function textNode({ text, start, end, isQuoted }: Written): TextNode {
  return { kind: "text", quoted: isQuoted, isUntyped: !isQuoted, text, start, end, ...CLOSED };
}
