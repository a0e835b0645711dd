import { inChild, toModullmError } from "../../core/error.ts";
import { isObject } from "../../core/json.ts";
import type { Link } from "../../library/load.ts";
import { renderValue } from "../../program/template.ts";
import { fillValue } from "../../program/uses.ts";
import type { Run } from "../state.ts";

/** Runs what the program uses, each entry after those it reads; outputs become `uses.NAME`. */
export async function runUses(run: Run): Promise<void> {
  const outputs: Record<string, unknown> = {};
  run.values["uses"] = outputs;
  const waiting = [...run.loaded.uses];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(({ entry }) => entry.reads.every((name) => Object.hasOwn(outputs, name)));
    const [link] = waiting.splice(Math.max(ready, 0), 1);
    if (!link) return;
    outputs[link.entry.name] = await runLink(run, link);
  }
}

async function runLink(run: Run, link: Link): Promise<unknown> {
  try {
    const { output } = await run.tree.runChild(link.child, childInput(run, link), {
      parent: run,
      entry: link.entry.name,
      item: null,
    });
    return output;
  } catch (thrown) {
    throw inChild(toModullmError(thrown), { name: link.entry.name, path: link.child.path });
  }
}

/** The mapping filled in. A typed value the child's contract rejects is passed as its rendered text, where that is accepted. */
function childInput(run: Run, { entry, child }: Link): Record<string, unknown> {
  const input = fillValue(entry.with, run.values) as Record<string, unknown>;
  const check = child.program.input.check(input);
  if (check.ok) return input;
  const rejected = new Set(check.issues.map((issue) => issue.path[0]));
  const asText = Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      rejected.has(key) && isTemplate(entry.with[key]) ? renderValue(value) : value,
    ]),
  );
  return isObject(asText) && child.program.input.check(asText).ok ? asText : input;
}

function isTemplate(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("{{");
}
