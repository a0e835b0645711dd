import { isObject } from "../core/json.ts";
import { parseJsonc, type JsoncNode, type JsoncMember } from "./jsonc.ts";

type Path = readonly string[];

/**
 * JSON with comments, with a value at a path; all that is there stays as it is written. Null where
 * the text is none, or the path leads through something that is no object.
 */
export function setInJson(text: string, path: Path, value: unknown): string | null {
  return checked(text, set(text, path, value), (before) => withValue(before, path, value));
}

/** The same without a path; the objects around it stay. */
export function unsetInJson(text: string, path: Path): string | null {
  return checked(text, unset(text, path), (before) => without(before, path));
}

/** The edit, where reading it gives what was meant, and null otherwise. */
function checked(
  text: string,
  edited: string | null,
  meant: (before: unknown) => unknown,
): string | null {
  const [before, after] = [parseJsonc(text), parseJsonc(edited ?? "")];
  if (edited === null || !after || (text.trim() !== "" && !before)) return null;
  const wanted = meant(before ? before.value : {});
  return JSON.stringify(after.value) === JSON.stringify(wanted) ? edited : null;
}

function set(text: string, path: Path, value: unknown): string | null {
  if (text.trim() === "") return `${JSON.stringify(nested(path, value), null, 2)}\n`;
  let node = parseJsonc(text);
  const unit = unitOf(text, node?.start ?? 0);
  for (const [depth, key] of path.entries()) {
    if (!node?.members) return null;
    const member = node.members.findLast((each) => each.key === key);
    if (!member) {
      const line = { key, value: nested(path.slice(depth + 1), value) };
      return inserted(text, node, { ...line, unit });
    }
    node = member.node;
  }
  if (!node || JSON.stringify(node.value) === JSON.stringify(value)) return node && text;
  const body = writtenAt(text, node.start, { value, unit });
  return text.slice(0, node.start) + body + text.slice(node.end);
}

interface Line {
  readonly key: string;
  readonly value: unknown;
  /** One level of indentation. */
  readonly unit: string;
}

/** A member more, behind the last one and what is said of it on its line. */
function inserted(text: string, { start, end, members = [] }: JsoncNode, line: Line): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const last = members.at(-1);
  const outer = indentAt(text, start);
  if (!last) {
    const inner = outer + line.unit;
    const body = `{${newline}${inner}${written(line, inner, newline)}`;
    const kept = text.slice(start + 1, end - 1).trimEnd();
    const comment = kept.trim() === "" ? "" : kept;
    return `${text.slice(0, start)}${body}${comment}${newline}${outer}}${text.slice(end)}`;
  }
  const head = text.slice(0, last.comma ?? last.node.end) + (last.comma === null ? "," : "");
  const rest = text.slice(last.comma ?? last.node.end);
  if (!text.slice(start, end).includes("\n"))
    return `${head} ${JSON.stringify(line.key)}: ${JSON.stringify(line.value)}${rest}`;
  const inner = indentAt(text, last.start);
  const sameLine = /^[^\r\n]*/.exec(rest)?.[0] ?? "";
  const stays = isRemark(sameLine) ? sameLine : "";
  const hangs = last.comma === null ? "" : ",";
  const more = `${newline}${inner}${written(line, inner, newline)}${hangs}`;
  return head + stays + more + rest.slice(stays.length);
}

/** Whether what follows a member on its line is nothing but a comment. */
function isRemark(rest: string): boolean {
  return /^\s*(?:\/\/.*|(?:\/\*(?:(?!\*\/).)*\*\/\s*)*)$/.test(rest);
}

function unset(text: string, path: Path): string | null {
  let node = parseJsonc(text);
  let found: { readonly holder: JsoncNode; readonly member: JsoncMember } | null = null;
  for (const key of path) {
    const member = node?.members?.findLast((each) => each.key === key);
    if (!node || !member) return text;
    found = { holder: node, member };
    node = member.node;
  }
  if (!found) return null;
  const { holder, member } = found;
  const members = holder.members ?? [];
  const before = members[members.indexOf(member) - 1];
  const isLast = member === members.at(-1);
  const lineStart = text.lastIndexOf("\n", member.start - 1) + 1;
  const isAlone = text.slice(lineStart, member.start).trim() === "";
  const from = isAlone ? lineStart : member.start;
  const stop = member.comma ?? member.node.end;
  const rest = /^[ \t]*\r?\n/.exec(text.slice(stop))?.[0] ?? "";
  const to = stop + (isAlone ? rest.length : 0);
  // A comma before nothing is no JSON.
  const hangs = isLast && member.comma === null && before?.comma;
  const head = hangs
    ? text.slice(0, before.comma - 1) + text.slice(before.comma, from)
    : text.slice(0, from);
  return (isAlone ? head : head.replace(/[ \t]+$/, "")) + text.slice(to);
}

function written({ key, value, unit }: Line, indent: string, newline: string): string {
  const body = JSON.stringify(value, null, unit).replaceAll("\n", `${newline}${indent}`);
  return `${JSON.stringify(key)}: ${body}`;
}

function writtenAt(
  text: string,
  at: number,
  { value, unit }: { readonly value: unknown; readonly unit: string },
): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return JSON.stringify(value, null, unit).replaceAll("\n", `${newline}${indentAt(text, at)}`);
}

/** One level of indentation: what the first key of the text has more than its beginning. */
function unitOf(text: string, start: number): string {
  const first = /^([ \t]+)"/m.exec(text)?.[1] ?? "";
  return first.slice(indentAt(text, start).length) || "  ";
}

/** The blanks that begin the line of a place. */
function indentAt(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", at - 1) + 1))?.[0] ?? "";
}

function nested(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

function withValue(before: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const old = isObject(before) ? before : {};
  return { ...old, [key]: withValue(old[key], rest, value) };
}

function without(before: unknown, [key = "", ...rest]: Path): unknown {
  if (!isObject(before) || !Object.hasOwn(before, key)) return before;
  const { [key]: old, ...others } = before;
  return rest.length === 0 ? others : { ...before, [key]: without(old, rest) };
}
