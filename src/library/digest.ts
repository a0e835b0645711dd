import { sha256 } from "../core/digest.ts";
import { writeJson } from "../core/json.ts";
import { childrenOf } from "./children.ts";
import type { Program } from "../program/program.ts";
import type { LoadedProgram } from "./load.ts";
import { namesFiles } from "./shared-schemas.ts";

/** What a program and all it leads to say, by path; what contracts took from other files too. */
export function textsOf(loaded: LoadedProgram): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  function visit(each: LoadedProgram): void {
    if (texts.has(each.path)) return;
    texts.set(each.path, each.program.source.text + sharedText(each.program));
    for (const { child } of childrenOf(each)) visit(child);
  }
  visit(loaded);
  return texts;
}

/** A digest of a program and all it leads to: equal digests, equal programs, wherever they lie. */
export function digestOf(loaded: LoadedProgram): string {
  return sha256(writeJson([...textsOf(loaded).values()].toSorted()));
}

/** A digest of one program, without what it leads to. */
export function contentHash(program: Program): string {
  return sha256(program.source.text + sharedText(program));
}

/** What its contracts took from other files. */
function sharedText({ source, input, output }: Program): string {
  return namesFiles(source.text) ? writeJson([input.schema, output.schema]) : "";
}
