import { findMedia } from "./media.ts";
import type { Program, UsesEntry, Warning } from "./program.ts";
import { onlyPath } from "./template.ts";
import { writeJson } from "../core/json.ts";

interface Parent {
  readonly program: Program;
  readonly uses: readonly {
    readonly entry: UsesEntry;
    readonly child: { readonly program: Program };
  }[];
}

/**
 * Where a `with` gives what is most likely no file to a program that takes one: a text of the
 * input, of another program, or a path in the mapping itself. A run opens none of these; only a
 * data URI would be taken.
 */
export function mediaEdgeWarnings({ program, uses }: Parent): Warning[] {
  return uses.flatMap(({ entry, child }) =>
    Object.entries(child.program.takesMedia ? entry.with : {}).flatMap(([name, value]) => {
      if (typeof value !== "string" || /^data:/i.test(value)) return [];
      if (
        findMedia(child.program.input.schema, { [name]: "x" }).length === 0 ||
        isFile(value, entry, program)
      )
        return [];
      const message =
        `uses entry "${entry.name}": "${name}" of "${child.program.name}" is a file, which ` +
        `${shown(value)} is not; a path or URL is not opened there, only a data URI is taken`;
      return [{ message, place: null }];
    }),
  );
}

/** Whether a template gives a file of the program's own input. */
function isFile(value: string, { each }: UsesEntry, { input }: Program): boolean {
  const path = onlyPath(value);
  const list = each === null ? null : onlyPath(each);
  const whole = path?.[0] === "item" && list ? [...list, "0", ...path.slice(1)] : path;
  if (whole?.[0] !== "input") return false;
  const sample = whole
    .slice(1)
    .reduceRight<unknown>((inner, key) => (/^\d+$/.test(key) ? [inner] : { [key]: inner }), "x");
  return findMedia(input.schema, sample).length > 0;
}

function shown(value: string): string {
  return value.length <= 60 ? writeJson(value) : `${writeJson(value.slice(0, 60))}…`;
}
