import { nodeAt, type OutlineNode } from "../../core/yaml-outline.ts";
import type { YamlPath } from "../../core/yaml-places.ts";
import { parseTemplate } from "../../program/template.ts";
import { entriesOf, type Entry } from "./entries.ts";
import type { FileView, Span } from "./file-view.ts";

/** A text of a program that is filled in. */
export interface TemplateRegion extends Span {
  /** `recovery` knows more names; a value of the frontmatter keeps its type. */
  readonly kind: "text" | "recovery" | "value";
  /** The entry of `uses` that it belongs to. */
  readonly entry: Entry | null;
  /** Where in the frontmatter it is; null for the body. */
  readonly path: YamlPath | null;
}

/** `{{path}}` in such a text, each name with its place. */
export interface TemplateSite extends Span {
  readonly region: TemplateRegion;
  readonly names: readonly PlacedName[];
  /** Whether the text is nothing else, so that the value keeps its type. */
  readonly isWhole: boolean;
}

export interface PlacedName extends Span {
  readonly name: string;
}

export function regionsOf(view: FileView): readonly TemplateRegion[] {
  const body = view.parts.flatMap(({ kind, language, from, to }): TemplateRegion[] => {
    const isRecovery = kind === "recovery";
    if (language !== null) return [];
    return [{ kind: isRecovery ? "recovery" : "text", entry: null, path: null, from, to }];
  });
  const entries = entriesOf(view).filter(({ kind }) => kind === "uses");
  const mappings = entries.flatMap((entry) =>
    ["with", "each", "when"].flatMap((key) => scalarsIn(view, [...entry.path, key], entry)),
  );
  const front = ["system", "recovery_prompt", "output"].flatMap((key) => scalarsIn(view, [key]));
  return [...body, ...mappings, ...front];
}

export function templatesIn(view: FileView): readonly TemplateSite[] {
  return regionsOf(view).flatMap((region) => {
    const text = view.source.text.slice(region.from, region.to);
    return parseTemplate(text).parts.flatMap((part): TemplateSite[] => {
      if (typeof part === "string") return [];
      const from = region.from + part.offset;
      const to = view.source.text.indexOf("}}", from) + 2;
      const inner = text.slice(part.offset, to - region.from);
      let at = from + inner.search(/[^{ \t]/);
      const names = part.path.map((name) => {
        const span = { name, from: at, to: at + name.length };
        at = span.to + 1;
        return span;
      });
      const isWhole = region.kind === "value" && inner === text.replace(/^(["'])(.*)\1$/s, "$2");
      return [{ region, names, isWhole, from, to }];
    });
  });
}

function scalarsIn(view: FileView, path: YamlPath, entry: Entry | null = null): TemplateRegion[] {
  const key = path[0];
  const kind = key === "recovery_prompt" ? "recovery" : key === "system" ? "text" : "value";
  const regions: TemplateRegion[] = [];
  function visit(node: OutlineNode, at: YamlPath): void {
    if (typeof node.scalar === "string")
      regions.push({ kind, entry, path: at, from: node.from, to: node.to });
    for (const pair of node.pairs ?? []) visit(pair.value, [...at, pair.key]);
    for (const [index, item] of (node.items ?? []).entries()) visit(item, [...at, index]);
  }
  const node = nodeAt(view.outline, path);
  if (node !== null) visit(node, path);
  return regions;
}
