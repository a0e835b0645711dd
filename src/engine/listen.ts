import type { DeadlineSettings } from "../config/config.ts";
import type { JsonSchema } from "../contract/contract.ts";
import type { ModullmError } from "../core/error.ts";
import type { JsonObject } from "../core/json.ts";
import type { Message, Model, ModelPart, ModelRequest } from "../model/model.ts";
import type { Program } from "../program/program.ts";
import type { Reply } from "./no-answer.ts";
import { outputFiles } from "./output-files.ts";
import { shownMessage, shownTools } from "./shown-message.ts";
import type { Grant } from "./spending.ts";
import type { Run } from "./state.ts";
import { MOST_CALLS } from "./tools/turn.ts";
import { countReply, lengthOf } from "./true-usage.ts";

/** One call of a model. */
export interface Call {
  readonly model: Model;
  /** Whether another model is left. */
  readonly another: boolean;
  /** What this call has had already. */
  readonly before: NonNullable<ModelRequest["before"]>;
  readonly messages: readonly Message[];
  /** What it may call; null: nothing. */
  readonly tools: NonNullable<ModelRequest["tools"]> | null;
  /** From 1. */
  readonly attempt: number;
  readonly grant: Grant | null;
}

const NO_DEADLINES: DeadlineSettings = { connect: null, first: null, gap: null, total: null };

/** Takes in the reply as it comes. An answer that passes what the budget gave it is stopped. */
export async function listen(run: Run, call: Call, reply: Reply): Promise<void> {
  const { model, attempt, grant } = call;
  const request = requestOf(run, call);
  if (run.tree.feeds.payloads)
    run.emit({
      type: "request",
      attempt,
      model: model.id,
      messages: request.messages.map(shownMessage),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parameters are JSON
      params: request.params as JsonObject,
      ...(call.tools === null ? {} : { tools: shownTools(call.tools) }),
    });
  let checkAt = grant?.allowance ?? Number.POSITIVE_INFINITY;
  for await (const part of model.call(request, run.signal)) {
    if (part.type === "text" && request.stream)
      run.emit({ type: "model-delta", attempt, text: part.text });
    else if (part.type === "note") {
      const { type: _, ...note } = part;
      run.emit({ type: "note", ...note });
    }
    take(reply, part);
    if (grant && lengthOf(reply) > checkAt) checkAt = await nextCheck(run, model, reply, grant);
  }
}

function requestOf(run: Run, { another, before, messages, tools, grant }: Call): ModelRequest {
  const { program } = run.loaded;
  const { deadlines = NO_DEADLINES } = run.tree.options;
  return {
    messages,
    params: grant?.params ?? program.params,
    ...(grant === null ? {} : { again: (failure: ModullmError) => grant.again(failure) }),
    schema: askedSchema(program),
    ...(tools === null ? {} : { tools }),
    stream: run.tree.feeds.deltas,
    patience: { another, ...deadlines },
    ...(before.tries === 0 ? {} : { before }),
    // Few models look at them.
    get values() {
      const { schema: _, ...values } = run.values;
      return values;
    },
  };
}

/** Pictures and sound come as parts of the reply: its text need not hold them. */
function askedSchema({ output, answer }: Program): JsonSchema {
  if (answer === "text") return {};
  return (outputFiles(output)?.rest ?? output).schema;
}

function take(reply: Reply, part: ModelPart): void {
  if (part.type === "text" || part.type === "reasoning")
    reply[part.type] = (reply[part.type] ?? "") + part.text;
  else if (part.type === "tool-call") {
    const { type: _, ...call } = part;
    if (reply.calls.length < MOST_CALLS) reply.calls.push(call);
    else reply.dropped++;
  } else if (part.type === "kept") reply.kept.push(part.kept);
  else if (part.type === "media") reply.files.push(part.file);
  else if (part.type === "finish") {
    reply.usage = part.usage;
    reply.finish = part;
  }
}

/**
 * How much an estimate may be over the true count: below that, an answer is not stopped on
 * suspicion.
 */
const TOLERANCE = 1.25;

/**
 * The length at which the text must be counted again: a token is at least one character. @throws
 * {ModullmError} RLLM_020
 */
async function nextCheck(run: Run, model: Model, reply: Reply, grant: Grant): Promise<number> {
  const allowance = (grant.allowance ?? Number.POSITIVE_INFINITY) * TOLERANCE;
  const count = await countReply(reply, run.tree.tools.tokens, model.id);
  if (count > allowance) throw grant.stopped(count);
  return lengthOf(reply) + Math.max(64, Math.ceil(allowance - count));
}
