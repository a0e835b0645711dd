import { isObject } from "../../core/json.ts";
import { TOOL } from "./dialects.ts";
import { normalised, unfolded } from "./normal.ts";
import { subschemas, withDefinitions, without, type PlainSchema } from "./plain.ts";
import { referencesOf } from "./references.ts";
import { Room } from "./room.ts";
import type { Translation, Weakening } from "./translation.ts";

/** What the name of a property may be in a tool's input. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const CHOICES = ["anyOf", "oneOf", "allOf"];
const UNSAID: ReadonlySet<string> = new Set(["$dynamicRef"]);

/**
 * The schema as the input of a tool: an object at the root, no choice there, and plain names of
 * properties. The model follows it without being held to it. `strict` says whether there is
 * anything to follow.
 */
export function toolSchema(plain: PlainSchema): Translation {
  const { definitions } = plain;
  const room = new Room([plain.root, ...definitions.values()]);
  const by = { dialect: TOOL, references: referencesOf(plain), room };
  const root = normalised(unfolded(plain.root, by), by);
  const lost = CHOICES.filter((keyword) => root[keyword] !== undefined);
  // What only the choice names would count as unevaluated.
  if (lost.length > 0 && root["unevaluatedProperties"] !== undefined)
    lost.push("unevaluatedProperties");
  const weakened: Weakening[] = lost.map((keyword) => ({ pointer: "", keyword }));
  const kept = Object.fromEntries(Object.entries(root).filter(([word]) => !lost.includes(word)));
  const known = [...definitions].map(([name, node]) => [name, without(node, UNSAID)] as const);
  const schema = withDefinitions(without(kept, UNSAID), new Map(known));
  const described = isObject(root["properties"]) && Object.keys(root["properties"]).length > 0;
  const object = root["type"] === undefined || [root["type"]].flat().includes("object");
  const usable =
    object &&
    root["$ref"] === undefined &&
    [schema, ...Object.values(isObject(schema["$defs"]) ? schema["$defs"] : {})].every(
      hasPlainNames,
    ) &&
    (described || weakened.length === 0);
  return { schema: { ...schema, type: "object" }, strict: usable, weakened };
}

function hasPlainNames(node: unknown): boolean {
  const waiting: unknown[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!isObject(next)) continue;
    const names = isObject(next["properties"]) ? Object.keys(next["properties"]) : [];
    if (!names.every((name) => NAME.test(name))) return false;
    waiting.push(...subschemas(next));
  }
  return true;
}
