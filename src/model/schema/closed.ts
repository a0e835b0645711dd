import { isObject, writeJson } from "../../core/json.ts";
import type { Limits } from "./dialects.ts";
import type { Weakening } from "./translation.ts";

type Node = Readonly<Record<string, unknown>>;

/** Places that are named at most: enough to say why. */
const MOST = 20;

/**
 * What keeps a schema (already in a closed dialect) from being enforced as it stands; empty when
 * nothing does.
 */
export function closedFaults(schema: Node, limits: Limits): readonly Weakening[] {
  const faults: Weakening[] = [];
  if (schema["type"] !== "object" || schema["anyOf"] !== undefined)
    faults.push({ pointer: "", keyword: "type" });
  const count = { properties: 0, enumValues: 0, characters: 0, optional: 0, unions: 0 };
  visit(schema, "", 0, { faults, count, limits });
  const over = (what: number, limit: number | undefined, keyword: string) => {
    if (limit !== undefined && what > limit) faults.push({ pointer: "", keyword });
  };
  over(count.properties, limits.properties, "properties");
  over(count.enumValues, limits.enumValues, "enum");
  over(count.characters, limits.characters, "size");
  over(count.optional, limits.optional, "required");
  over(count.unions, limits.unions, "anyOf");
  return faults.slice(0, MOST);
}

interface Visit {
  readonly faults: Weakening[];
  readonly count: {
    properties: number;
    enumValues: number;
    characters: number;
    optional: number;
    unions: number;
  };
  readonly limits: Limits;
}

function visit(node: unknown, pointer: string, depth: number, seen: Visit): void {
  if (!isObject(node)) return;
  if (seen.limits.depth !== undefined && depth > seen.limits.depth) {
    seen.faults.push({ pointer, keyword: "depth" });
    return;
  }
  const typed = ["type", "anyOf", "$ref", "enum", "const"].some(
    (keyword) => node[keyword] !== undefined,
  );
  if (!typed) seen.faults.push({ pointer, keyword: "type" });
  if (typeof node["$ref"] === "string" && !/^#(\/\$defs\/[^/]+)?$/.test(node["$ref"])) {
    seen.faults.push({ pointer, keyword: "$ref" });
  }
  visitEnum(listOf(node["enum"]), pointer, seen);
  if (hasType(node, "object")) visitObject(node, pointer, depth, seen);
  if (hasType(node, "array") && !isObject(node["items"]))
    seen.faults.push({ pointer, keyword: "items" });
  visit(node["items"], `${pointer}/items`, depth + 1, seen);
  for (const [index, member] of listOf(node["anyOf"]).entries())
    visit(member, `${pointer}/anyOf/${index}`, depth, seen);
  if (!isObject(node["$defs"])) return;
  for (const [name, member] of Object.entries(node["$defs"])) {
    seen.count.characters += name.length;
    visit(member, `${pointer}/$defs/${name}`, 1, seen);
  }
}

function visitEnum(values: readonly unknown[], pointer: string, seen: Visit): void {
  const { longEnum } = seen.limits;
  const characters = values.reduce((sum: number, value) => sum + lengthOf(value), 0);
  seen.count.enumValues += values.length;
  seen.count.characters += characters;
  if (longEnum !== undefined && values.length > longEnum.values && characters > longEnum.characters)
    seen.faults.push({ pointer, keyword: "enum" });
}

function visitObject(node: Node, pointer: string, depth: number, seen: Visit): void {
  const properties = isObject(node["properties"]) ? node["properties"] : {};
  const names = Object.keys(properties);
  const required = listOf(node["required"]);
  if (names.length === 0) seen.faults.push({ pointer, keyword: "properties" });
  if (node["additionalProperties"] !== false)
    seen.faults.push({ pointer, keyword: "additionalProperties" });
  if (required.some((name) => typeof name === "string" && !names.includes(name))) {
    seen.faults.push({ pointer, keyword: "required" });
  }
  seen.count.properties += names.length;
  for (const name of names) {
    const at = `${pointer}/properties/${name}`;
    const property = properties[name];
    seen.count.characters += name.length;
    if (!required.includes(name)) {
      seen.count.optional++;
      if (seen.limits.allRequired) seen.faults.push({ pointer: at, keyword: "required" });
    }
    if (isObject(property) && (Array.isArray(property["anyOf"]) || Array.isArray(property["type"])))
      seen.count.unions++;
    visit(property, at, depth + 1, seen);
  }
}

function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : writeJson(value).length;
}

function hasType(node: Node, type: string): boolean {
  return node["type"] === type || listOf(node["type"]).includes(type);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
