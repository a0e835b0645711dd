import { valueOf } from "../../core/yaml-outline.ts";
import { typeText } from "../../program/field-type.ts";
import { isObject } from "../../core/json.ts";
import type { Project } from "./project.ts";
import { nodeOf, referencedBy, type SchemaPart } from "./schema-parts.ts";

/** What is known of a value, for people. */
export interface Described {
  /** In the notation of `field-type.ts`. */
  readonly type: string;
  readonly description: string | null;
}

/** References followed before giving up. */
const MOST_STEPS = 10;

export async function describe(start: SchemaPart, project: Project): Promise<Described> {
  let part = start;
  let description: string | null = null;
  for (let step = 0; step < MOST_STEPS; step++) {
    const schema = schemaOf(part);
    if (description === null && typeof schema["description"] === "string")
      description = schema["description"].trim();
    const target = await referencedBy(part, project);
    if (target === null) return { type: typeText(schema), description };
    part = target;
  }
  return { type: "any", description };
}

function schemaOf(part: SchemaPart): Record<string, unknown> {
  const node = nodeOf(part);
  const value = node === null ? null : valueOf(node);
  return isObject(value) ? value : {};
}
