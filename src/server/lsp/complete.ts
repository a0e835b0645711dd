import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
} from "vscode-languageserver/node";
import { keysAt } from "./complete-keys.ts";
import { templateOffers, typedTemplate } from "./complete-templates.ts";
import { valuesAt } from "./complete-values.ts";
import { cursorAt } from "./cursor.ts";
import type { FileView, Span } from "./file-view.ts";
import type { Offer } from "./offer.ts";
import { rangeOf } from "./positions.ts";
import type { Project } from "./project.ts";

/** What can be written at an offset. */
export async function completionsAt(
  view: FileView,
  offset: number,
  project: Project,
): Promise<CompletionList> {
  const { offers, typed } = await offersAt(view, offset, project);
  const items = offers.map((offer, index) => itemOf(offer, index, { view, typed }));
  return { isIncomplete: false, items };
}

interface Offers {
  readonly offers: readonly Offer[];
  /** What is replaced. */
  readonly typed: Span;
}

async function offersAt(view: FileView, offset: number, project: Project): Promise<Offers> {
  const nothing = { offers: [], typed: { from: offset, to: offset } };
  if (isInBlock(view, offset)) return nothing;
  const isFront = offset >= view.front.from && offset <= view.front.to;
  const cursor = isFront ? cursorAt(view, offset) : null;
  const template = typedTemplate(view, offset, cursor);
  if (template !== null)
    return { offers: await templateOffers(template, view, project), typed: template.typed };
  if (cursor === null) return { ...nothing, ...lineOffers(view, offset) };
  const { kind, path, typed } = cursor;
  const keys = kind === "value" ? [] : await keysAt(path, view, project);
  const isColon = view.source.text.slice(offset).trimStart().startsWith(":");
  const written = keys.map((key) => ({ ...key, text: isColon ? key.label : `${key.label}: ` }));
  const values = kind === "key" ? [] : await valuesAt(path, view, project);
  return { offers: [...written, ...values], typed };
}

function isInBlock({ parts }: FileView, offset: number): boolean {
  return parts.some(
    ({ language, from, to }) => language !== null && from <= offset && offset <= to,
  );
}

const OPENINGS = ["rllm-python pre", "rllm-python post", "rllm-js pre", "rllm-js post"];

/** What a line of the body may begin with to be more than text. */
function lineOffers({ source: { text } }: FileView, offset: number): Offers | null {
  const from = text.lastIndexOf("\n", offset - 1) + 1;
  const written = text.slice(from, offset);
  const typed = { from, to: offset };
  const kind = CompletionItemKind.Snippet;
  if (/^<{1,3}[A-Z]*$/.test(written))
    return {
      typed,
      offers: ["SYSTEM", "RECOVERY"].map((name) => ({ label: `<<<${name}>>>`, kind })),
    };
  if (!/^`{1,3}[a-z-]*$/.test(written)) return null;
  const offers = OPENINGS.map((name) => {
    return { label: `\`\`\`${name}`, kind, text: `\`\`\`${name}\n\n\`\`\`` };
  });
  return { typed, offers };
}

function itemOf(
  { label, kind, detail, about, text = label }: Offer,
  index: number,
  { view, typed }: { readonly view: FileView; readonly typed: Span },
): CompletionItem {
  return {
    label,
    kind,
    // They come in the order in which one is likely meant.
    sortText: String(index).padStart(5, "0"),
    filterText: text.trim(),
    textEdit: { range: rangeOf(view, typed), newText: text },
    ...(detail === undefined ? {} : { detail }),
    ...(about == null ? {} : { documentation: about }),
  };
}
