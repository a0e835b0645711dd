import { ModullmError } from "../core/error.ts";
import { isObject, type Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Frontmatter } from "./frontmatter.ts";
import { fieldError } from "./metadata.ts";
import type { Block, Mapping } from "./program.ts";
import { compileFill, readsOf, textsIn } from "./uses.ts";

/**
 * What `output` in the frontmatter gives in the place of a model's answer; null where there is
 * none.
 * @throws {ModullmError} RLLM_002, RLLM_008
 */
export function readCollected(front: Frontmatter, blocks: readonly Block[]): Mapping | null {
  const [fault] = collectedFaults(front, blocks);
  if (fault) throw fault;
  const { output = null } = front.values;
  if (output === null) return null;
  return { with: output as Json, fill: compileFill(output), reads: readsOf(output) };
}

/** Every fault of it. @param blocks null where they can't be read */
export function collectedFaults(
  front: Frontmatter,
  blocks: readonly Block[] | null,
): ModullmError[] {
  const { output = null } = front.values;
  if (output === null) return [];
  if (typeof output !== "string" && !isObject(output))
    return [fieldError(front, ["output"], 'a mapping, or a text such as "{{uses.name}}",')];
  const uses = front.values["uses"] ?? [];
  // A pre block may put other things in the place of `uses`.
  const isFixed = blocks?.every(({ when }) => when !== "pre") ?? false;
  if (!Array.isArray(uses) || !isFixed) return [];
  const names = uses.map((entry: unknown) => (isObject(entry) ? entry["name"] : undefined));
  const known = names.filter((name) => typeof name === "string");
  return textsIn(output, ["output"]).flatMap(({ path, template }) =>
    readsOf(template.text)
      .filter((name) => !known.includes(name))
      .map((name) => notAnEntry(front, path, { name, known })),
  );
}

function notAnEntry(
  front: Frontmatter,
  path: readonly (string | number)[],
  { name, known }: { readonly name: string; readonly known: readonly string[] },
): ModullmError {
  const field = path.join(".");
  return new ModullmError(
    "RLLM_008",
    `"${field}" reads uses.${name}, which is not an entry of uses.${didYouMean(name, known)}`,
    { details: { field }, place: front.place(path) },
  );
}
