import type { Reading } from "../../answer/answer.ts";
import { readAnswer } from "../../answer/read.ts";
import { cost } from "../../core/cost.ts";
import { ModullmError, toModullmError } from "../../core/error.ts";
import type { Usage } from "../../core/events.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Message, Model } from "../../model/model.ts";
import { decideOnAnswer, decideOnFailure } from "../recovery.ts";
import { type Run, throwIfCancelled } from "../state.ts";
import { overWindow } from "./window.ts";

interface Reply {
  /** Null when the reply has no text at all. */
  readonly text: string | null;
  readonly usage: Usage | null;
}

/** Default for `retries` where nothing says otherwise. */
const DEFAULT_RETRIES = 2;

/** Calls the model until an answer meets the contract. The one place that loops; what to do next is decided in `recovery.ts`. */
export async function callModel(run: Run): Promise<void> {
  const { program } = run.loaded;
  const { maxRetries, defaultRetries } = run.tree.options;
  const retries = maxRetries ?? program.retries ?? defaultRetries ?? DEFAULT_RETRIES;
  const models = [...(run.tree.models.get(run.loaded) ?? [])];
  let messages = run.messages;
  let refused = 0;
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(run.tree.signal);
    const [model, next] = models;
    if (!model) throw new Error(`no model was planned for "${program.name}"`);
    const outcome = await tryOnce(run, model, messages, attempt);
    if (outcome.ok) {
      run.output = outcome.value;
      return;
    }
    const decision =
      "error" in outcome
        ? decideOnFailure(outcome.error, next !== undefined)
        : decideOnAnswer(run, outcome.refusal, outcome.text, ++refused, retries);
    if (decision.do === "fail") throw decision.error;
    if (decision.do === "fall-back") {
      models.shift();
      const reason = "error" in outcome ? outcome.error.message : "";
      run.emit({ type: "note", kind: "fallback", message: `${model.id} failed, ${next?.id} is next: ${reason}` });
    } else {
      messages = await withinWindow(run, decision.messages);
    }
  }
}

type Outcome =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly refusal: Extract<Reading, { ok: false }>; readonly text: string }
  | { readonly ok: false; readonly error: ModullmError };

/** One attempt: call, read, check, report. Cancellation is thrown, every other failure is an outcome. */
async function tryOnce(run: Run, model: Model, messages: readonly Message[], attempt: number): Promise<Outcome> {
  const { clock } = run.tree.tools;
  const start = clock.ticks();
  run.emit({ type: "attempt-start", attempt, model: model.id });
  let reply: Reply = { text: null, usage: null };
  let outcome: Outcome;
  let edits: readonly string[] = [];
  try {
    reply = await call(run, model, messages, attempt);
    if (reply.text === null) throw noText(model);
    const reading = read(run, reply.text);
    edits = reading.edits.map((edit) => edit.rule);
    outcome = reading.ok
      ? { ok: true, value: reading.value as JsonObject }
      : { ok: false, refusal: reading, text: reply.text };
  } catch (thrown) {
    outcome = { ok: false, error: toModullmError(thrown) };
  }
  const latency = clock.ticks() - start;
  const usage = reply.usage ?? (reply.text === null ? null : await estimateUsage(run, model, messages, reply.text));
  run.emit({
    type: "attempt-end",
    attempt,
    model: model.id,
    ok: outcome.ok,
    error: errorCode(outcome),
    latency_ms: latency,
    usage,
    cost_usd: usage && cost(await run.tree.tools.catalog.facts(model.id), usage),
    cached: null,
    edits,
  });
  if ("error" in outcome && (outcome.error.code === "RLLM_022" || run.tree.signal.aborted)) throw outcome.error;
  return outcome;
}

async function call(run: Run, model: Model, messages: readonly Message[], attempt: number): Promise<Reply> {
  const { program } = run.loaded;
  const stream = run.tree.options.stream ?? false;
  const request = { messages, params: program.params, schema: program.output.schema, stream, values: run.values };
  let text: string | null = null;
  let usage: Usage | null = null;
  for await (const part of model.call(request, run.tree.signal)) {
    if (part.type === "text") {
      text = text === null ? part.text : text + part.text;
      if (stream) run.emit({ type: "model-delta", attempt, text: part.text });
    } else if (part.type === "note") {
      const { type: _, ...note } = part;
      run.emit({ type: "note", ...note });
    } else if (part.type === "finish") usage = part.usage;
  }
  return { text, usage };
}

/** Reads the answer, with every edit and everything left out on record. */
function read(run: Run, text: string): Reading {
  const { output, repair } = run.loaded.program;
  const reading = readAnswer(text, output, { root: "object", repair: run.tree.options.repair ?? repair ?? "safe" });
  const { edits, lost } = reading;
  if (edits.length > 0 || lost.length > 0) {
    const message = `the answer was read with ${edits.length} edits, ${lost.length} pieces left out`;
    run.emit({ type: "note", kind: "repair", message, data: { edits, lost } as unknown as Json });
  }
  return reading;
}

function noText(model: Model): ModullmError {
  const reason = `the reply of ${model.id} has no text`;
  return new ModullmError("RLLM_011", `The model gave no answer: ${reason}`, {
    details: { actual_type: "null", reason, model: model.id },
  });
}

function errorCode(outcome: Outcome): string | null {
  if (outcome.ok) return null;
  return "error" in outcome ? outcome.error.code : outcome.refusal.code;
}

async function estimateUsage(run: Run, model: Model, messages: readonly Message[], text: string): Promise<Usage> {
  const { tokens } = run.tree.tools;
  let prompt = 0;
  for (const message of messages) prompt += await tokens.count(message.content, model.id);
  return { prompt_tokens: prompt, completion_tokens: await tokens.count(text, model.id), estimated: true };
}

/** A retry that would pass the window shows no failed answer; the reasons still stand. */
async function withinWindow(run: Run, messages: readonly Message[]): Promise<readonly Message[]> {
  if ((await overWindow(run, messages)) === null) return messages;
  const last = messages.at(-1);
  const prompt = run.messages.at(-1);
  if (!last || !prompt) return run.messages;
  run.emit({
    type: "note",
    kind: "degraded",
    message: "The retry would pass max_context_window, so it does not show the failed answer",
  });
  const shorter = [
    ...run.messages.slice(0, -1),
    { role: "user" as const, content: `${prompt.content}\n\n${last.content}` },
  ];
  return (await overWindow(run, shorter)) === null ? shorter : run.messages;
}
