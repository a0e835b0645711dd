import { isObject } from "../../core/json.ts";
import type { Weakening } from "./translate.ts";

/** OpenAI's limits on a schema it enforces. */
const LIMITS = { properties: 5000, depth: 10, characters: 120_000, enumValues: 1000 } as const;

/**
 * What keeps a schema (already in the strict dialect) from being enforced as it stands; empty when nothing does.
 * Stops after twenty, which is enough to say why.
 */
export function strictFaults(schema: Readonly<Record<string, unknown>>): readonly Weakening[] {
  const faults: Weakening[] = [];
  if (schema["type"] !== "object" || schema["anyOf"] !== undefined) faults.push({ pointer: "", keyword: "type" });
  const count = { properties: 0, enumValues: 0 };
  visit(schema, "", 0, { faults, count });
  if (count.properties > LIMITS.properties) faults.push({ pointer: "", keyword: "properties" });
  if (count.enumValues > LIMITS.enumValues) faults.push({ pointer: "", keyword: "enum" });
  if (JSON.stringify(schema).length > LIMITS.characters) faults.push({ pointer: "", keyword: "size" });
  return faults.slice(0, 20);
}

interface Visit {
  readonly faults: Weakening[];
  readonly count: { properties: number; enumValues: number };
}

function visit(node: unknown, pointer: string, depth: number, seen: Visit): void {
  if (!isObject(node)) return;
  if (depth > LIMITS.depth) {
    seen.faults.push({ pointer, keyword: "depth" });
    return;
  }
  const typed = ["type", "anyOf", "$ref"].some((keyword) => node[keyword] !== undefined);
  if (!typed) seen.faults.push({ pointer, keyword: "type" });
  if (typeof node["$ref"] === "string" && !/^#(\/\$defs\/[^/]+)?$/.test(node["$ref"])) {
    seen.faults.push({ pointer, keyword: "$ref" });
  }
  if (Array.isArray(node["enum"])) seen.count.enumValues += node["enum"].length;
  if (hasType(node, "object")) visitObject(node, pointer, depth, seen);
  if (hasType(node, "array") && !isObject(node["items"])) seen.faults.push({ pointer, keyword: "items" });
  visit(node["items"], `${pointer}/items`, depth + 1, seen);
  for (const [index, member] of listOf(node["anyOf"]).entries())
    visit(member, `${pointer}/anyOf/${index}`, depth, seen);
  if (!isObject(node["$defs"])) return;
  for (const [name, member] of Object.entries(node["$defs"])) visit(member, `${pointer}/$defs/${name}`, 1, seen);
}

function visitObject(node: Readonly<Record<string, unknown>>, pointer: string, depth: number, seen: Visit): void {
  const properties = isObject(node["properties"]) ? node["properties"] : {};
  const names = Object.keys(properties);
  const required = listOf(node["required"]);
  if (names.length === 0) seen.faults.push({ pointer, keyword: "properties" });
  if (node["additionalProperties"] !== false) seen.faults.push({ pointer, keyword: "additionalProperties" });
  if (required.some((name) => typeof name === "string" && !names.includes(name))) {
    seen.faults.push({ pointer, keyword: "required" });
  }
  seen.count.properties += names.length;
  for (const name of names) {
    const at = `${pointer}/properties/${name}`;
    if (!required.includes(name)) seen.faults.push({ pointer: at, keyword: "required" });
    visit(properties[name], at, depth + 1, seen);
  }
}

function hasType(node: Readonly<Record<string, unknown>>, type: string): boolean {
  return node["type"] === type || listOf(node["type"]).includes(type);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
