/** How servers say that the model, or the server as it was started, calls no tools. */
const REFUSED =
  /\b(?:tools?|functions?|tool[_ -]?(?:use|calls?|calling|choice)|function[_ -]?calling)\b[^.]{0,40}\b(?:not|un)[ -]?(?:yet )?(?:supported|enabled|available)|(?:not|n't) (?:yet )?(?:support|allow|have|take)(?:ing)? (?:any )?(?:tools?|functions?)\b(?! named)|support tool use|unsupported param: tools/i;

/** It may be the tool's schema alone that is refused. */
const SCHEMA = /schema|\bstrict\b/i;

/** How a server says what it must be started with. */
const STARTS: readonly (readonly [words: RegExp, hint: string])[] = [
  [/--jinja/, "Start llama-server with `--jinja`: it calls tools only with a template."],
  [
    /--enable-auto-tool-choice|--tool-call-parser/,
    "Start vLLM with `--enable-auto-tool-choice` and the `--tool-call-parser` of this model.",
  ],
];

/** What to do where a model calls no tools. */
export const NO_TOOLS_HINT =
  "Name a model that calls tools in llm.model or llm.fallbacks, or remove `tools` from the " +
  "program.";

/** Whether a server's words say that no tools are called there. */
export function refusesTools(words: string): boolean {
  return toolsHint(words) !== null;
}

/** What to do about it; null where the words say something else. */
export function toolsHint(words: string): string | null {
  const start = STARTS.find(([known]) => known.test(words));
  if (start !== undefined) return start[1];
  return REFUSED.test(words) && !SCHEMA.test(words) ? NO_TOOLS_HINT : null;
}
