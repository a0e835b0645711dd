import { sha256 } from "../core/digest.ts";
import { innermost } from "./budget.ts";
import { askedTokens } from "./priced-params.ts";
import type { Run } from "./state.ts";
import { type Json, writeJson } from "../core/json.ts";
import { childrenOf } from "../library/children.ts";
import type { LoadedProgram } from "../library/load.ts";
import { toolsOf } from "./tools/toolbox.ts";

/** Whether asking again would, as far as the parameters can promise, give the same answer. */
export function isDeterministic({ loaded, tree }: Run): boolean {
  // What its tools give is no part of the request.
  if (hasTools({ loaded, tree })) return false;
  const { temperature, seed } = loaded.program.params;
  return temperature === 0 || (seed !== undefined && seed !== null);
}

/**
 * A digest of everything that an answer depends on: equal keys, equal requests. Who asks is part of
 * it: neither a tenant nor an account ever gets the answer of another, nor does a run get one that
 * was made of data with other labels. What is not there (a tenant, labels, files) leaves the key as
 * it was before there was such a thing.
 */
export function requestKey(run: Run): string {
  const { params, output, answer, repair } = run.loaded.program;
  const { principal, labels } = run.scope;
  const { tenant } = principal;
  const models = (run.tree.models.get(run.loaded) ?? []).map(
    ({ id, origin = null, account = null }) => ({ id, origin, account }),
  );
  const level = run.tree.options.repair ?? repair ?? "safe";
  const messages = run.messages.map(({ role, content }) => ({ role, content }));
  const files = run.media.map((short) => run.tree.media.get(short)?.digest);
  const request = {
    ...(tenant === null ? {} : { tenant }),
    ...(labels.length === 0 ? {} : { labels }),
    models,
    messages,
    params: sorted(params),
    ...(answer === "json" ? {} : { answer }),
    schema: output.schema,
    level,
    ...(hasTools(run) ? { tools: toolsKey(run) } : {}),
  };
  const whole = writeJson(files.length > 0 ? { ...request, files } : request);
  return sha256(whole);
}

/**
 * Limits that decide how long the answer may be, where the program doesn't: what is sent then is
 * not what the program says. Null: they decide nothing.
 */
export function lengthLimits({ budget, loaded }: Run): object | null {
  if (askedTokens(loaded.program.params) !== null) return null;
  return innermost(budget, ["usd", "tokens"])?.limits ?? null;
}

function hasTools({ loaded, tree }: Pick<Run, "loaded" | "tree">): boolean {
  return tree.toolboxes.has(loaded);
}

/** What the model may call, how, and the texts of all programs behind it. */
function toolsKey(run: Run): Json {
  const { toolChoice, maxTurns } = run.loaded.program;
  const offers = toolsOf(run).map(({ name, description, input, origin, most, does }) => ({
    name,
    description,
    input: writeJson(input),
    origin,
    ...("foreign" in does && does.foreign.identity ? { identity: does.foreign.identity } : {}),
    most,
  }));
  const texts = new Set<string>();
  for (const { child } of run.loaded.tools) addTexts(child, texts);
  return { offers, choice: toolChoice, turns: maxTurns, texts: [...texts] };
}

function addTexts(loaded: LoadedProgram, texts: Set<string>): void {
  const { text } = loaded.program.source;
  if (texts.has(text)) return;
  texts.add(text);
  for (const { child } of childrenOf(loaded)) addTexts(child, texts);
}

function sorted(value: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
