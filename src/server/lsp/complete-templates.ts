import { CompletionItemKind } from "vscode-languageserver/node";
import { textAt } from "../../core/yaml-outline.ts";
import { RECOVERY_ROOTS, ROOTS } from "../../program/template-check.ts";
import type { Cursor } from "./cursor.ts";
import { entriesOf, type Entry } from "./entries.ts";
import type { FileView, Span } from "./file-view.ts";
import { meaningsOf, outputOf, partsOfRoot, type Place } from "./meanings.ts";
import type { Offer } from "./offer.ts";
import type { Project } from "./project.ts";
import { fieldsIn, type SchemaPart, stepInto } from "./schema-parts.ts";
import { describe } from "./type-text.ts";

/** A template that is being written. */
export interface TypedTemplate {
  /** The names that are complete. */
  readonly names: readonly string[];
  readonly typed: Span;
  readonly isRecovery: boolean;
  readonly entry: Entry | null;
}

/** @param cursor null in the body */
export function typedTemplate(
  view: FileView,
  offset: number,
  cursor: Cursor | null,
): TypedTemplate | null {
  const { text } = view.source;
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const [, path] = /\{\{[ \t]*([\w.]*)$/.exec(line) ?? [];
  if (path === undefined) return null;
  const names = path.split(".");
  const last = names.pop() ?? "";
  const part = view.parts.findLast(({ from }) => from <= offset);
  const [key, index] = cursor?.path ?? [];
  const entry = key === "uses" ? entriesOf(view).find(({ path: at }) => at[1] === index) : null;
  const isRecovery = cursor ? key === "recovery_prompt" : part?.kind === "recovery";
  const typed = { from: offset - last.length, to: offset };
  return { names, typed, isRecovery, entry: entry ?? null };
}

export async function templateOffers(
  { names, isRecovery, entry }: TypedTemplate,
  view: FileView,
  project: Project,
): Promise<readonly Offer[]> {
  const place = { view, entry, project };
  const [root] = names;
  if (root === undefined) return await rootOffers(isRecovery ? RECOVERY_ROOTS : ROOTS, place);
  if (root === "schema" && names.length === 1)
    return ["input", "output"].map((label) => ({ label, kind: CompletionItemKind.Field }));
  if (root === "uses" && names.length === 1) return await entryOffers(view, project);
  const last = (await meaningsOf(names, place)).at(-1);
  if (last?.kind === "entry")
    return last.entry.isEach
      ? [ELEMENT]
      : await partOffers(await outputOf(last.entry, view, project), project);
  const parts = last?.kind === "value" ? last.parts : await partsOfRoot(root, place);
  return await partOffers(parts, project);
}

const ELEMENT: Offer = { label: "0", kind: CompletionItemKind.Value, about: "The first element" };

async function rootOffers(roots: readonly string[], place: Place): Promise<Offer[]> {
  const { view, entry } = place;
  const known = [...roots, ...(entry?.isEach ? ["item"] : [])].map(async (label) => {
    const [part] = await partsOfRoot(label, place);
    const detail = part && (await describe(part, place.project)).type;
    return { label, kind: CompletionItemKind.Variable, detail };
  });
  const pre = view.parts.find(({ kind, language }) => kind === "pre" && language !== null);
  const line = pre ? view.source.text.slice(pre.head.from, pre.head.to) : "";
  const out = /\bout=([^ \n]+)/.exec(line)?.[1]?.split(",") ?? [];
  const given = out.map((each): Offer => {
    const [label = "", detail = "any"] = each.split(":");
    return { label, kind: CompletionItemKind.Variable, detail, about: "Given by the pre block" };
  });
  return [...(await Promise.all(known)), ...given];
}

async function entryOffers(view: FileView, project: Project): Promise<Offer[]> {
  const entries = entriesOf(view).filter(({ kind }) => kind === "uses");
  return await Promise.all(
    entries.map(async (entry) => {
      const [part] = await outputOf(entry, view, project);
      const described = part && (await describe(part, project));
      const type = described?.type ?? "any";
      return {
        label: entry.name,
        kind: CompletionItemKind.Module,
        detail: entry.isEach ? `${type}[]` : type,
        about: part && textAt(part.view.outline, ["description"]),
      };
    }),
  );
}

/** The fields of a value; of a list its first element. */
async function partOffers(parts: readonly SchemaPart[], project: Project): Promise<Offer[]> {
  const isList = (await stepInto(parts, "0", project)).length > 0;
  return [...(await fieldOffers(parts, project)), ...(isList ? [ELEMENT] : [])];
}

export async function fieldOffers(
  parts: readonly SchemaPart[],
  project: Project,
): Promise<Offer[]> {
  return await Promise.all(
    (await fieldsIn(parts, project)).map(async ({ name, part, isRequired }) => {
      const { type, description } = await describe(part, project);
      const detail = isRequired ? type : `${type}, may be left out`;
      return { label: name, kind: CompletionItemKind.Field, detail, about: description };
    }),
  );
}
