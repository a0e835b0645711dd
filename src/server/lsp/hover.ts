import { type Hover, MarkupKind } from "vscode-languageserver/node";
import { isObject } from "../../core/json.ts";
import { nodeAt, textAt, valueOf } from "../../core/yaml-outline.ts";
import { fieldsOf, fieldsText } from "../../program/fields.ts";
import type { Entry } from "./entries.ts";
import type { FileView } from "./file-view.ts";
import { frontmatterPart, isModelPath } from "./frontmatter-keys.ts";
import { childOf, partsOfRoot } from "./meanings.ts";
import { modelText } from "./model-facts.ts";
import { rangeOf } from "./positions.ts";
import type { Project } from "./project.ts";
import type { SchemaPart } from "./schema-parts.ts";
import { type Target, targetAt } from "./target.ts";
import { describe } from "./type-text.ts";

/** What an editor shows of what stands at an offset; null where there is nothing to say. */
export async function hoverAt(
  view: FileView,
  offset: number,
  project: Project,
): Promise<Hover | null> {
  const target = await targetAt(view, offset, project);
  const text = target === null ? null : await textOf(target, view, project);
  if (target === null || text === null) return null;
  const contents = { kind: MarkupKind.Markdown, value: text };
  return { contents, range: rangeOf(view, target.span) };
}

async function textOf(target: Target, view: FileView, project: Project): Promise<string | null> {
  switch (target.kind) {
    case "field":
      return await fieldText(target.occurrence.name, target.occurrence.fields, project);
    case "entry":
    case "program":
      return await programText(target.entry, view, project);
    case "reference":
      return await fieldText("$ref", [target.part], project);
    case "root":
      return await rootText(target.name, view, target.region.entry, project);
    case "key": {
      const description = frontmatterPart(target.path)?.["description"];
      const key = target.path.at(-1);
      return typeof description === "string" ? `**${key}**: ${description}` : null;
    }
    case "value":
      return isModelPath(target.path) && typeof target.value === "string"
        ? await modelText(target.value, project)
        : null;
  }
}

async function fieldText(
  name: string,
  fields: readonly SchemaPart[],
  project: Project,
): Promise<string> {
  const described = await Promise.all(fields.map((part) => describe(part, project)));
  const types = [...new Set(described.map(({ type }) => type))].join("|");
  const texts = described.flatMap(({ description }) => description ?? []);
  return [code(`${name}: ${types}`), ...new Set(texts)].join("\n\n");
}

async function programText(entry: Entry, view: FileView, project: Project): Promise<string> {
  const child = await childOf(entry.written, view, project);
  if (child === null) return `"${entry.written}" can't be read`;
  const description = textAt(child.outline, ["description"]) ?? "";
  const sides = (["input", "output"] as const).map((side) => {
    const schema = nodeAt(child.outline, [`${side}_schema`]);
    const value = schema && valueOf(schema);
    return `${side}\n${isObject(value) ? indented(fieldsText(fieldsOf(value))) : ""}`;
  });
  const name = textAt(child.outline, ["name"]) ?? entry.written;
  return [`**${name}**`, description, code(sides.join("\n"))].join("\n\n");
}

async function rootText(
  name: string,
  view: FileView,
  entry: Entry | null,
  project: Project,
): Promise<string | null> {
  const parts = await partsOfRoot(name, { view, entry, project });
  if (parts.length > 0) return await fieldText(name, parts, project);
  return ROOT_TEXTS[name] ?? null;
}

const ROOT_TEXTS: Readonly<Record<string, string>> = {
  uses: "The outputs of the programs under `uses`, by the names of their entries",
  schema: "`schema.input` and `schema.output`: the schemas as a model reads them",
  item: "The element of `each` that this run is for",
  errors: "What was wrong with the answer before",
  answer: "The answer before",
};

function code(text: string): string {
  return `\`\`\`\n${text.replaceAll("```", "'''")}\n\`\`\``;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
