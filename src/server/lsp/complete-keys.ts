import { CompletionItemKind } from "vscode-languageserver/node";
import { keywordNames } from "../../contract/keywords.ts";
import { isObject } from "../../core/json.ts";
import { nodeAt } from "../../core/yaml-outline.ts";
import type { YamlPath } from "../../core/yaml-places.ts";
import { MEASURES } from "../../program/expectation.ts";
import { fieldOffers } from "./complete-templates.ts";
import { entriesOf } from "./entries.ts";
import { type FileView, isProgramFile } from "./file-view.ts";
import { frontmatterPart } from "./frontmatter-keys.ts";
import { childOf } from "./meanings.ts";
import type { Offer } from "./offer.ts";
import { isTestFile, type Project } from "./project.ts";
import { NAMED } from "./schema-fields.ts";
import { type SchemaPart, sideOf, stepInto } from "./schema-parts.ts";
import { rootOf } from "./target.ts";
import { testsOf } from "./test-fields.ts";

/** Keys that a mapping in the YAML may have, without those that it has. */
export async function keysAt(
  path: YamlPath,
  view: FileView,
  project: Project,
): Promise<readonly Offer[]> {
  const there = new Set(nodeAt(view.outline, path)?.pairs?.map(({ key }) => key));
  const offers = await allKeys(path, view, project);
  return offers.filter(({ label }) => !there.has(label));
}

async function allKeys(path: YamlPath, view: FileView, project: Project): Promise<Offer[]> {
  if (!isProgramFile(view.path) && !isTestFile(view.path)) return schemaKeys(path);
  const [first] = path;
  if (rootOf(path).length > 0) return schemaKeys(path.slice(1));
  if (first === "uses" && path[2] === "with") return await inputKeys(path, view, project);
  const at = isTestFile(view.path) && typeof first === "number" ? ["tests", ...path] : path;
  const described = await describedKeys(at, view, project);
  return described ?? frontmatterKeys(at);
}

function frontmatterKeys(path: YamlPath): Offer[] {
  const part = frontmatterPart(path);
  const properties = part !== null && isObject(part["properties"]) ? part["properties"] : {};
  return Object.entries(properties).map(([label, holds]) => {
    const about = isObject(holds) ? holds["description"] : null;
    const kind = CompletionItemKind.Property;
    return { label, kind, about: typeof about === "string" ? about : null };
  });
}

/** Keywords of JSON Schema; none where names are of the author's choice. */
function schemaKeys(path: YamlPath): Offer[] {
  let isNames = false;
  for (const key of path) isNames = !isNames && NAMED.has(key);
  if (isNames) return [];
  return keywordNames("2020-12").map((label) => ({ label, kind: CompletionItemKind.Keyword }));
}

/** The input of the program that an entry uses. */
async function inputKeys(path: YamlPath, view: FileView, project: Project): Promise<Offer[]> {
  const entry = entriesOf(view).find(({ kind, path: at }) => kind === "uses" && at[1] === path[1]);
  const child = entry ? await childOf(entry.written, view, project) : null;
  return child === null ? [] : await below(sideOf(child, "input"), path.slice(3), project);
}

/** Keys that the program's own schemas describe; null for others. */
async function describedKeys(
  path: YamlPath,
  view: FileView,
  project: Project,
): Promise<Offer[] | null> {
  const [first, , key] = path;
  const { program } = await testsOf(view, project);
  if (program === null) return null;
  const output = sideOf(program, "output");
  if (first === "output") return await below(output, path.slice(1), project);
  if (first === "examples" && key === "output") return await below(output, path.slice(3), project);
  if ((first === "examples" || first === "tests") && key === "input")
    return await below(sideOf(program, "input"), path.slice(3), project);
  if (first !== "tests" || key !== "expect" || path.length > 3) return null;
  const fields = await below(output, [], project);
  const measures = MEASURES.map((label) => ({ label, kind: CompletionItemKind.Unit }));
  return [...fields.map((field) => ({ ...field, label: `$.${field.label}` })), ...measures];
}

async function below(start: SchemaPart, path: YamlPath, project: Project): Promise<Offer[]> {
  let parts: readonly SchemaPart[] = [start];
  for (const key of path)
    parts = await stepInto(parts, typeof key === "number" ? "*" : key, project);
  return await fieldOffers(parts, project);
}
