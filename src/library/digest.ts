import { sha256 } from "../core/digest.ts";
import type { LoadedProgram } from "./load.ts";

/** A digest of a program's text and of all it uses: equal digests, equal programs. */
export function digestOf(loaded: LoadedProgram): string {
  const texts = new Set<string>();
  function visit({ program, uses }: LoadedProgram): void {
    const { text } = program.source;
    if (texts.has(text)) return;
    texts.add(text);
    for (const { child } of uses) visit(child);
  }
  visit(loaded);
  return sha256([...texts].map(sha256).join(" "));
}
