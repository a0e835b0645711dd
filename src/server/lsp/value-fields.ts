import type { OutlineNode } from "../../core/yaml-outline.ts";
import type { FileView } from "./file-view.ts";
import type { Occurrence } from "./occurrence.ts";
import type { Project } from "./project.ts";
import { scalarSpan } from "./scalars.ts";
import { type SchemaPart, stepInto } from "./schema-parts.ts";

/** The fields that a value names as keys, at any depth: of `with`, of an example, of a file. */
export async function valueOccurrences(
  node: OutlineNode | null,
  { view, parts, project }: ValueOptions,
): Promise<Occurrence[]> {
  const found: Occurrence[] = [];
  async function visit(value: OutlineNode, of: readonly SchemaPart[]): Promise<void> {
    for (const item of value.items ?? []) await visit(item, await stepInto(of, "*", project));
    for (const { key, from, to, value: inner } of value.pairs ?? []) {
      const fields = await stepInto(of, key, project);
      const span = scalarSpan({ from, to }, view.source.text);
      found.push({ view, ...span, name: key, fields, isDefinition: false, isShorthand: false });
      await visit(inner, fields);
    }
  }
  if (node !== null && parts.length > 0) await visit(node, parts);
  return found;
}

export interface ValueOptions {
  /** The file that the value stands in. */
  readonly view: FileView;
  /** What describes it. */
  readonly parts: readonly SchemaPart[];
  readonly project: Project;
}
