import { type DocumentSymbol, SymbolKind } from "vscode-languageserver/node";
import { nodeAt, type OutlinePair, textAt } from "../../core/yaml-outline.ts";
import { SCHEMA_KEYS } from "../../program/contracts.ts";
import { entriesOf } from "./entries.ts";
import type { BodyPart, FileView, Span } from "./file-view.ts";
import { rangeOf } from "./positions.ts";

/** The keys of the frontmatter, with fields and entries below them, and the parts of the body. */
export function symbolsOf(view: FileView): DocumentSymbol[] {
  const keys = (view.outline?.pairs ?? []).map((pair) => ({
    ...symbol(view, pair.key, SymbolKind.Key, spanOf(pair), pair),
    children: childrenOf(view, pair),
  }));
  const parts = view.parts.filter(({ from, to }) => view.source.text.slice(from, to).trim() !== "");
  return [...keys, ...parts.map((part) => partSymbol(view, part))];
}

function childrenOf(view: FileView, { key, value }: OutlinePair): DocumentSymbol[] {
  if ((SCHEMA_KEYS as readonly string[]).includes(key))
    return (nodeAt(value, ["properties"])?.pairs ?? []).map((pair) =>
      symbol(view, pair.key, SymbolKind.Field, spanOf(pair), pair),
    );
  if (key === "uses" || key === "tools")
    return entriesOf(view)
      .filter(({ kind }) => kind === key)
      .map(({ name, node, target }) => symbol(view, name, SymbolKind.Module, node, target));
  if (key !== "tests") return [];
  return (value.items ?? []).flatMap((item) => {
    const [node, name] = [nodeAt(item, ["name"]), textAt(item, ["name"])];
    return node && name !== null ? [symbol(view, name, SymbolKind.Event, item, node)] : [];
  });
}

function partSymbol(view: FileView, { kind, language, head, from, to }: BodyPart): DocumentSymbol {
  const name = language === null ? kind : `${kind} (${language})`;
  const whole = { from: head.from, to };
  const first = head.to > head.from ? head : { from, to: Math.min(from + 1, to) };
  const kindOfSymbol = language === null ? SymbolKind.String : SymbolKind.Function;
  return symbol(view, name, kindOfSymbol, whole, first);
}

function symbol(
  view: FileView,
  name: string,
  kind: SymbolKind,
  whole: Span,
  selected: Span,
): DocumentSymbol {
  const [range, selectionRange] = [rangeOf(view, whole), rangeOf(view, selected)];
  return { name: name || '""', kind, range, selectionRange };
}

function spanOf({ from, value }: OutlinePair): Span {
  return { from, to: Math.max(value.to, from) };
}
