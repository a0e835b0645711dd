import { nodeAt, type OutlineNode, textAt } from "../../core/yaml-outline.ts";
import type { YamlPath } from "../../core/yaml-places.ts";
import type { FileView, Span } from "./file-view.ts";
import { scalarSpan } from "./scalars.ts";

/** An entry of `uses` or `tools` that names a program, as far as it is written. */
export interface Entry {
  readonly kind: "uses" | "tools";
  readonly path: YamlPath;
  /** Of `uses`: as templates call it; of `tools`: `as`, or what it names. */
  readonly name: string;
  /** Where the name of an entry of `uses` stands; null where there is none. */
  readonly nameSpan: Span | null;
  /** The program as written, and where. */
  readonly written: string;
  readonly target: Span;
  readonly node: OutlineNode;
  /** Whether it is run once for each element of a list. */
  readonly isEach: boolean;
}

export function entriesOf({ outline, source }: FileView): readonly Entry[] {
  return KINDS.flatMap(({ kind, key, named }) =>
    (nodeAt(outline, [kind])?.items ?? []).flatMap((node, index): Entry[] => {
      const target = nodeAt(node, [key]);
      const name = nodeAt(node, [named]);
      const written = textAt(node, [key]);
      if (target === null || written === null) return [];
      return [
        {
          kind,
          path: [kind, index],
          name: textAt(node, [named]) ?? written,
          nameSpan: kind === "uses" && name ? scalarSpan(name, source.text) : null,
          written,
          target: scalarSpan(target, source.text),
          node,
          isEach: textAt(node, ["each"]) !== null,
        },
      ];
    }),
  );
}

const KINDS = [
  { kind: "uses", key: "path", named: "name" },
  { kind: "tools", key: "program", named: "as" },
] as const;
