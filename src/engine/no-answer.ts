import { ModullmError } from "../core/error.ts";
import type { Usage } from "../core/events.ts";
import type { Attachment } from "../model/attachment.ts";
import type { Kept, ModelPart } from "../model/model.ts";
import type { ToolCall } from "../model/tool.ts";

/** What came of one call. */
export interface Reply {
  /** Null when the reply has no text at all. */
  text: string | null;
  /** What it thought before; null when nothing of it was sent. */
  reasoning: string | null;
  usage: Usage | null;
  finish: Extract<ModelPart, { type: "finish" }> | null;
  /** Calls of tools, as many as one turn may have. */
  readonly calls: ToolCall[];
  /** Calls beyond those. */
  dropped: number;
  readonly kept: Kept[];
  readonly files: Attachment[];
}

export function emptyReply(): Reply {
  return {
    text: null,
    reasoning: null,
    usage: null,
    finish: null,
    calls: [],
    dropped: 0,
    kept: [],
    files: [],
  };
}

/** A reply that is no answer, and what was asked for. */
export interface Asked {
  /** As the program or the command line names it. */
  readonly model: string;
  readonly program: string;
  /** Tokens that the answer was limited to; null where nothing was said. */
  readonly limit: number | null;
  /** Whether a budget set that limit. */
  readonly budgeted: boolean;
  /** Whether the program gives the model tools. */
  readonly tools: boolean;
}

/** RLLM_017: what came before the filter stepped in is no answer. */
export function filtered({ model }: Asked): ModullmError {
  const reason = "the provider's content filter stopped the answer";
  const provider = model.slice(0, model.indexOf("/"));
  return new ModullmError("RLLM_017", `Cannot use the answer of model "${model}": ${reason}`, {
    details: {
      provider,
      model,
      status: null,
      retryable: false,
      attempts: 1,
      reason,
      provider_code: "content_filter",
      finish_reason: "content-filter",
    },
    hint: "Change the prompt or the input; another model is not asked in its place.",
    retryable: false,
  });
}

/** RLLM_011 for a reply without text, with whatever it says of the reason. */
export function emptyAnswer(reply: Reply, asked: Asked): ModullmError {
  const { finish, reasoning } = reply;
  const { model } = asked;
  const called = finish?.called ?? [];
  const cut = finish?.reason === "length";
  const [reason, hint] = cut
    ? cutBeforeText(reply, asked)
    : called.length > 0
      ? calledTool(called, asked)
      : withoutText(reply, asked);
  return new ModullmError("RLLM_011", `The model gave no answer: ${reason}`, {
    details: {
      actual_type: "null",
      reason,
      model,
      finish_reason: finish?.reason ?? null,
      ...(finish?.said === undefined ? {} : { provider_reason: finish.said }),
      ...(called.length > 0 ? { tools: called } : {}),
      ...(finish?.empty === true && reasoning === null ? { empty: true } : {}),
      ...(cut ? limitDetails(asked) : {}),
      ...(reasoning === null ? {} : { reasoning_characters: reasoning.length }),
    },
    ...(hint === null ? {} : { hint }),
  });
}

/** RLLM_013 for an answer that ran into its limit: the same request would be cut again. */
export function cutAnswer(reply: Reply, asked: Asked): ModullmError {
  const reason = `was cut off ${limitWords(reply, asked)}`;
  return new ModullmError(
    "RLLM_013",
    `"${asked.program}" got no answer that meets its contract: the answer of ${asked.model} ` +
      reason,
    {
      details: {
        last_error_code: "RLLM_006",
        path: [],
        reason: `the answer ${reason}`,
        model: asked.model,
        finish_reason: "length",
        ...limitDetails(asked),
      },
      hint: `${raise(asked)}, or ask for a shorter answer.`,
      receivedPayload: reply.text,
    },
  );
}

/** Whether an answer ran into a limit that another model need not have. */
export function isCutByModel({ details }: ModullmError): boolean {
  return details["finish_reason"] === "length" && details["max_tokens"] === null;
}

/** `at 50 tokens, its max_tokens`. */
export function limitWords({ usage }: Reply, { limit, budgeted }: Asked): string {
  if (limit !== null)
    return `at ${counted(limit)}, ${budgeted ? "which is what the budget left" : "its max_tokens"}`;
  const known = usage !== null && usage.completion_tokens > 0 && usage.estimated !== true;
  const at = known ? `at ${counted(usage.completion_tokens)}, ` : "at ";
  return `${at}the limit of the model or its server`;
}

function limitDetails({ limit }: Asked): Readonly<Record<string, unknown>> {
  return { max_tokens: limit };
}

function raise({ limit, budgeted }: Asked): string {
  if (budgeted) return "Raise the budget";
  return limit === null
    ? "Set `max_tokens` in llm_params above what the server gives by itself"
    : "Raise `max_tokens` in llm_params";
}

function cutBeforeText(reply: Reply, asked: Asked): [reason: string, hint: string] {
  const { model, limit } = asked;
  const less = "let it think less: `reasoning_effort: low`, or `thinking: false` where it takes it";
  const reason =
    reply.reasoning === null
      ? `${model} was cut off ${limitWords(reply, asked)}, before any text; what it may have ` +
        "thought counts too"
      : `${model} was cut off ${limitWords(reply, asked)}: the whole of ` +
        `${limit === null ? "it" : `the limit of ${counted(limit)}`} went into thinking`;
  return [reason, `${raise(asked)}, or ${less}.`];
}

function calledTool(called: readonly string[], asked: Asked): [reason: string, hint: string] {
  const names = [...new Set(called)].map((name) => `"${name}"`).join(", ");
  const what = called.length === 1 ? "the tool" : "the tools";
  return [
    `${asked.model} called ${what} ${names} in place of an answer`,
    asked.tools
      ? "Nothing runs the tools of llm_params here: remove them, or set `tool_choice: none`."
      : "The program gives it no tools: say in the prompt that it is to answer itself.",
  ];
}

function withoutText(
  { finish, reasoning }: Reply,
  { model }: Asked,
): [reason: string, hint: string | null] {
  const why = finish?.said === undefined ? "" : ` (${finish.said})`;
  const thought = reasoning === null ? "" : ", only what it thought";
  return [`the reply of ${model} has no text${thought}${why}`, null];
}

function counted(tokens: number): string {
  return tokens === 1 ? "1 token" : `${tokens} tokens`;
}
