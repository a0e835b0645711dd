import { type JsonObject, writeJson } from "../../core/json.ts";
import type { Message } from "../../model/model.ts";
import { type ModullmError, toModullmError, withDetails } from "../../core/error.ts";
import type { AnswerCache } from "../answer-cache.ts";
import { isDeterministic, lengthLimits, requestKey } from "../answers.ts";
import { type Outcome, tryOnce } from "../attempt.ts";
import { createLineup, type Lineup } from "../lineup.ts";
import { decideOnAnswer, decideOnFailure, DEFAULT_RETRIES } from "../recovery.ts";
import { type Run, throwIfCancelled } from "../state.ts";
import type { Talk } from "../tools/talk.ts";
import type { Tool } from "../tools/tool.ts";
import { withinWindow } from "./window.ts";

/** Gets an answer that meets the contract: one that is known already, or the model's. */
export async function callModel(run: Run): Promise<void> {
  const { calls, tools, options } = run.tree;
  const { cacheMs } = run.loaded.program;
  // The outermost run is one of a kind.
  const isChild = run.parent !== null;
  const shared = isChild && !run.fresh && isDeterministic(run);
  const kept = cacheMs !== null && options.cache !== false ? tools.answers : null;
  const resumes = isChild && tools.unfinished !== null && options.cache !== false;
  if (!shared && !kept && !resumes) {
    run.output = await askUntilGood(run);
    return;
  }
  const key = requestKey(run);
  const limits = lengthLimits(run);
  const here = limits === null ? key : `${key} ${JSON.stringify(limits)}`;
  // No waiting between the look and the entry, or two equal calls would both find nothing.
  const calling = shared ? calls.get(here) : undefined;
  const known = calling ? await outcomeElsewhere(run, calling) : null;
  if (known) {
    reportReuse(run, "run");
    run.output = known;
  } else {
    const asking = findOrAsk(run, key, { kept, isLimited: limits !== null });
    if (shared) calls.set(here, asking);
    run.output = await asking;
  }
  if (resumes && !run.fresh) run.answer = { key, value: run.output };
}

/** An answer of an earlier run, or else the model's, which is kept for later ones. */
async function findOrAsk(
  run: Run,
  key: string,
  { kept, isLimited }: { readonly kept: AnswerCache | null; readonly isLimited: boolean },
): Promise<JsonObject> {
  const { cacheMs, output } = run.loaded.program;
  const { fresh = false } = run.tree.options;
  if (!run.fresh) {
    const paid = run.parent === null ? null : await run.tree.paid.take(key);
    const found = paid ?? (kept && !fresh ? await kept.get(key, cacheMs ?? 0) : undefined);
    if (found !== undefined && output.check(found).ok) {
      if (paid) reportResumed(run);
      reportReuse(run, "store");
      return found as JsonObject;
    }
  }
  const answer = await askUntilGood(run);
  // One that a budget kept short is not what the program would be given without it.
  if (!isLimited) kept?.put(key, answer, { path: run.loaded.path, model: firstModel(run) });
  return answer;
}

/**
 * The outcome of the same call made elsewhere in this tree; null where it ended there for reasons
 * of that place.
 */
async function outcomeElsewhere(
  run: Run,
  calling: Promise<JsonObject>,
): Promise<JsonObject | null> {
  try {
    return await calling;
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code !== "RLLM_022" && error.code !== "RLLM_020") throw error;
    throwIfCancelled(run.signal);
    return null;
  }
}

function firstModel(run: Run): string {
  return run.tree.models.get(run.loaded)?.[0]?.id ?? run.loaded.program.model ?? "";
}

/** Said once a tree. */
function reportResumed(run: Run): void {
  if (!run.tree.paid.firstUse()) return;
  const message =
    "Using answers that an earlier run of the same request paid for before it ended; --fresh " +
    "asks anew";
  run.emit({ type: "note", kind: "resumed", message });
}

function reportReuse(run: Run, cached: "run" | "store"): void {
  const model = firstModel(run);
  run.emit({ type: "attempt-start", attempt: 1, model });
  const usage = { prompt_tokens: 0, completion_tokens: 0 };
  const nothing = { latency_ms: 0, usage, cost_usd: 0, edits: [], error: null, reason: null };
  run.emit({ type: "attempt-end", attempt: 1, model, ok: true, cached, ...nothing });
}

/**
 * Calls models until an answer meets the contract. The one place that loops; what to do next is
 * decided in `recovery.ts`.
 */
async function askUntilGood(run: Run): Promise<JsonObject> {
  const { program } = run.loaded;
  const { maxRetries, defaultRetries } = run.tree.options;
  const retries = maxRetries ?? program.retries ?? defaultRetries ?? DEFAULT_RETRIES;
  const lineup = createLineup(run);
  const toolbox = run.tree.toolboxes.get(run.loaded);
  const talk = toolbox === undefined ? null : await talkOf(run, toolbox);
  let { messages } = run;
  let refused = 0;
  let empty = 0;
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(run.signal);
    const tools = talk?.offered ?? null;
    const outcome = await tryOnce(run, lineup, { messages, tools, attempt });
    if (outcome.ok && "value" in outcome) return answered(run, talk, outcome.value);
    if ("turn" in outcome) {
      lineup.answered();
      await talk?.take(outcome.turn, messages, attempt);
      messages = talk?.messages ?? messages;
      continue;
    }
    if ("error" in outcome) {
      const { model } = lineup;
      // A reply without text is an answer that can't be used.
      if (isUnusable(outcome.error)) empty++;
      await goOn(run, lineup, outcome, { refused: refused + empty, retries });
      if (lineup.model !== model) empty = 0;
      continue;
    }
    lineup.answered();
    const before = talk?.messages ?? run.messages;
    const tries = ++refused + empty;
    const decision = decideOnAnswer(run, outcome, { messages: before, tries, retries });
    if (decision.do === "fail") throw decision.error;
    messages = await withinWindow(run, before, decision.messages);
  }
}

/** The answer ends what was said. */
function answered(run: Run, talk: Talk | null, value: JsonObject): JsonObject {
  const { text } = value;
  const isText = run.loaded.program.answer === "text" && typeof text === "string";
  const message: Message = { role: "assistant", content: isText ? text : writeJson(value) };
  run.messages = [...(talk?.messages ?? run.messages), message];
  return value;
}

/** What the model and its tools say to each other; null where it has none. */
async function talkOf(run: Run, tools: readonly Tool[]): Promise<Talk> {
  const { createTalk } = await import("../tools/talk.ts");
  return createTalk(run, tools);
}

/**
 * After a failed call: on to the next model, or the same one again. @throws {ModullmError} when
 * there is nothing left to try
 */
async function goOn(
  run: Run,
  lineup: Lineup,
  { error, begun, took }: Extract<Outcome, { error: unknown }>,
  { refused, retries }: { readonly refused: number; readonly retries: number },
): Promise<void> {
  const from = lineup.model.id;
  lineup.record(error, took);
  const decision = decideOnFailure(error, {
    another: lineup.another,
    begun,
    tries: lineup.before.tries,
    mayAskAgain: refused <= retries,
  });
  if (decision === "fail" || (decision === "fall-back" && !(await lineup.next(error))))
    throw lineup.last(
      isUnusable(error) ? withDetails(error, { retries, attempts: refused }) : error,
    );
  if (decision === "ask-again") lineup.answered();
  const to = lineup.model.id;
  const shown = begun && run.tree.feeds.deltas;
  const status = typeof error.details["status"] === "number" ? error.details["status"] : null;
  run.emit({
    type: "note",
    kind: decision === "fall-back" ? "fallback" : "restart",
    message:
      `${from} failed, ` +
      `${from === to ? "it is asked again" : `${to} is next`}${shown ? " and begins anew" : ""}: ` +
      error.message,
    data: { from, to, status, restart: shown },
  });
}

/** Whether the model answered, with nothing that can be used. */
function isUnusable({ code }: ModullmError): boolean {
  return code === "RLLM_011" || code === "RLLM_013";
}
