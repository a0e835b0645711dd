import type { ListedProgram, ListPage, PageOptions } from "../program-index.ts";
import { nameCursor, readNameCursor } from "./cursor.ts";
import type { NamedProgram } from "./naming.ts";
import { categoryOf, limitOf } from "./view.ts";

/** One page of programs, which are in the order of names. */
export function pageOfList(programs: readonly NamedProgram[], options: PageOptions): ListPage {
  const after = readNameCursor(options.cursor ?? null);
  const rest = programs.filter(({ name }) => after === null || name > after);
  const shown = rest.slice(0, limitOf(options));
  const last = shown.at(-1);
  return {
    total: programs.length,
    programs: shown.map(listed),
    next_cursor: last && rest.length > shown.length ? nameCursor(last.name) : null,
  };
}

function listed(program: NamedProgram): ListedProgram {
  const { summary, version, path, fault } = program.facts;
  const category = categoryOf(program)?.path ?? null;
  return { name: program.name, summary, version, category, path, fault };
}
