import { COMPLEXITIES, LATENCIES, type ProgramFilter } from "../../../library/program-index.ts";
import { ModullmError } from "../../../core/error.ts";

/** A text without the filters in it. */
export interface Filtered {
  readonly text: string;
  readonly filter: ProgramFilter;
}

/**
 * `finance/extract latency:fast tag:eu`: a text, and filters in any place. A word with a colon that
 * is no filter belongs to the text.
 * @throws {ModullmError} RLLM_016 for a latency or complexity that there is not
 */
export function readFilters(written: string): Filtered {
  const tags: string[] = [];
  let filter: ProgramFilter = {};
  const words = written.split(/\s+/).filter((word) => {
    const [, key = "", value = ""] = /^(latency|complexity|tag):(.+)$/.exec(word) ?? [];
    if (key === "tag") tags.push(value);
    else if (key === "latency") filter = { ...filter, latency: oneOf(LATENCIES, value, key) };
    else if (key !== "") filter = { ...filter, complexity: oneOf(COMPLEXITIES, value, key) };
    return key === "";
  });
  return { text: words.join(" ").trim(), filter: tags.length > 0 ? { ...filter, tags } : filter };
}

function oneOf<Value extends string>(
  values: readonly Value[],
  written: string,
  key: string,
): Value {
  const found = values.find((value) => value === written);
  if (found !== undefined) return found;
  const wanted = values.join(", ");
  throw new ModullmError(
    "RLLM_016",
    `Cannot filter by ${key}: it is "${written}", but one of ${wanted} is wanted`,
    { details: { source: key }, hint: `Use one of ${wanted}.` },
  );
}
