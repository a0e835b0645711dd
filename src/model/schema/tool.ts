import { isObject } from "../../core/json.ts";
import { TOOL } from "./dialects.ts";
import { referencesOf } from "./references.ts";
import type { Translation, Weakening } from "./translate.ts";
import { translateNode } from "./walk.ts";

/** What the name of a property may be in a tool's input. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const CHOICES = ["anyOf", "oneOf", "allOf"];

/**
 * The schema as the input of a tool: an object at the root, no choice there, and plain names of
 * properties. The model follows it without being held to it. `strict` says whether there is
 * anything to follow.
 */
export function toolSchema(schema: Readonly<Record<string, unknown>>): Translation {
  const weakened: Weakening[] = [];
  const walk = {
    dialect: TOOL,
    weakened,
    faults: [],
    references: referencesOf(schema),
    inside: null,
  };
  const whole = translateNode(schema, "", walk);
  const kept = Object.entries(whole).filter(([keyword]) => {
    const choice = CHOICES.includes(keyword);
    if (choice) weakened.push({ pointer: "", keyword });
    return !choice;
  });
  const root: Record<string, unknown> = Object.fromEntries(kept);
  const described = isObject(root["properties"]) && Object.keys(root["properties"]).length > 0;
  const object = root["type"] === undefined || root["type"] === "object";
  const usable =
    object &&
    root["$ref"] === undefined &&
    hasPlainNames(root) &&
    (described || weakened.length === 0);
  return { schema: { ...root, type: "object" }, strict: usable, weakened };
}

function hasPlainNames(node: unknown): boolean {
  if (Array.isArray(node)) return node.every(hasPlainNames);
  if (!isObject(node)) return true;
  const names = isObject(node["properties"]) ? Object.keys(node["properties"]) : [];
  return names.every((name) => NAME.test(name)) && Object.values(node).every(hasPlainNames);
}
