import type { Project } from "./project.ts";

/** What is known of a model, in words; null where nothing is. */
export async function modelText(id: string, { app }: Project): Promise<string | null> {
  const facts = await app.catalog.facts(id);
  if (facts === null) return null;
  const { window, maxOutput, inputPrice, outputPrice } = facts;
  const known = [
    ...(window === null ? [] : [`takes in ${window} tokens`]),
    ...(maxOutput === null ? [] : [`gives ${maxOutput} at most`]),
    ...(inputPrice === null ? [] : [`$${inputPrice} for a million tokens of the prompt`]),
    ...(outputPrice === null ? [] : [`$${outputPrice} for a million of the answer`]),
  ];
  return known.length === 0 ? null : `**${id}**: ${known.join(", ")}`;
}
