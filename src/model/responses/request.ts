import { isObject } from "../../core/json.ts";
import type { FunctionTool } from "openai/resources/responses/responses";
import type { ModelNote, ModelRequest } from "../model.ts";
import type { EnforcedMode, NativeCall, NativeModel } from "../protocol.ts";
import { refusedBy } from "../openai/request.ts";
import { leftOut, weakenedNote } from "../request-notes.ts";
import { functionTool, toolChoice } from "../tool-params.ts";
import { planTools } from "../tools/plan.ts";
import type { ToolPlan } from "../tools/plan.ts";
import { inputItems } from "./input.ts";

type Body = Record<string, unknown>;

/** Parameters of a chat completion that have no place in a response. */
const UNKNOWN_HERE = new Set(
  (
    "n seed stop logit_bias frequency_penalty presence_penalty logprobs prediction modalities " +
    "audio min_p top_k thinking"
  ).split(" "),
);
/** Parameters that are read one by one. */
const READ = new Set(
  (
    "timeout stream format response_format extra_headers extra_body max_tokens " +
    "max_completion_tokens reasoning_effort verbosity tools tool_choice"
  ).split(" "),
);
/** The least that may be asked for. */
const LEAST_LIMIT = 16;

/**
 * The body of `POST /responses`. Nothing is kept at the server (`store`), as with a chat
 * completion; `extra_body` can say otherwise.
 */
export function responsesCall(url: URL, model: NativeModel, request: ModelRequest): NativeCall {
  const notes: ModelNote[] = [];
  const { params } = request;
  const { max_completion_tokens: least, max_tokens: most, reasoning_effort: effort } = params;
  const limit = least ?? most;
  const extra = isObject(params["extra_body"]) ? params["extra_body"] : {};
  const body: Body = {
    model: model.name,
    input: inputItems(model, request.messages),
    stream: true,
    store: false,
    ...plainParams(model, params, notes),
    ...(typeof limit === "number" ? { max_output_tokens: Math.max(limit, LEAST_LIMIT) } : {}),
    ...(effort == null ? {} : { reasoning: { effort } }),
    ...toolParams(params),
  };
  const { plan, request: planned } = planTools(model, request, [modeOf(model)], notes);
  const verbosity = params["verbosity"] == null ? {} : { verbosity: params["verbosity"] };
  const format = formatOf(model, planned, notes);
  const ours = format !== null && params["response_format"] == null && params["format"] == null;
  const bodyWith = (enforced: boolean): Body => {
    const text = format === null || (ours && !enforced) ? verbosity : { ...verbosity, format };
    return {
      ...body,
      ...(plan === null ? {} : toolFields(model, params, plan, enforced)),
      ...(Object.keys(text).length === 0 ? {} : { text }),
      ...extra,
    };
  };
  const strict = plan?.tools.some((tool) => tool.strict) === true;
  return {
    url,
    body: bodyWith(true),
    notes,
    bare: ours || strict ? bodyWith(false) : null,
    patient: model.abilities.thinking === "effort",
    stream: true,
  };
}

function plainParams(model: NativeModel, params: ModelRequest["params"], notes: ModelNote[]): Body {
  const refused = refusedBy(model.abilities, params);
  const body: Body = {};
  for (const [key, value] of Object.entries(params)) {
    if (READ.has(key) || value === undefined || value === null) continue;
    if (refused.has(key) || UNKNOWN_HERE.has(key))
      notes.push(leftOut(model.endpoint, model.name, key));
    else body[key] = value;
  }
  return body;
}

/** How tools' schemas are sent; a server that enforces none is shown them as they are written. */
function modeOf({ abilities }: NativeModel): EnforcedMode {
  return abilities.schema === "none" ? "schema" : abilities.schema;
}

/** @param enforced whether the server is asked to hold the model to the tools' schemas */
function toolFields(
  { abilities }: NativeModel,
  { include }: ModelRequest["params"],
  { tools, choice, parallel }: ToolPlan,
  enforced: boolean,
): Body {
  const asked = Array.isArray(include) ? include : [];
  // Only models that think have thoughts to send; others refuse to be asked.
  const thoughts = abilities.thinking === "effort" ? [...asked, ENCRYPTED] : asked;
  return {
    tools: tools.map(
      ({ name, description, schema, strict }) =>
        ({
          type: "function",
          name,
          description,
          parameters: { ...schema },
          strict: strict && enforced,
        }) satisfies FunctionTool,
    ),
    tool_choice: typeof choice === "string" ? choice : { type: "function", name: choice.name },
    ...(parallel ? {} : { parallel_tool_calls: false }),
    ...(thoughts.length === 0 ? {} : { include: [...new Set(thoughts)] }),
  };
}

/** Thoughts in a form that can go back, as nothing is kept at the server. */
const ENCRYPTED = "reasoning.encrypted_content";

/** The program's own `response_format` wins, then `format: json`, then the contract's schema. */
function formatOf(model: NativeModel, request: ModelRequest, notes: ModelNote[]): Body | null {
  const { params, schema } = request;
  const { abilities, endpoint } = model;
  const own = params["response_format"];
  if (isObject(own)) {
    const inner = own["json_schema"];
    return isObject(inner) ? { ...inner, type: "json_schema" } : own;
  }
  if (params["format"] === "json") return { type: "json_object" };
  if (abilities.schema === "none" || Object.keys(schema).length === 0) return null;
  const translation = model.translate(schema, abilities.schema);
  const note = weakenedNote(endpoint, translation.weakened);
  if (note !== null) notes.push(note);
  return {
    type: "json_schema",
    name: "output",
    schema: translation.schema,
    strict: translation.strict,
  };
}

function toolParams(params: ModelRequest["params"]): Body {
  const { tools, tool_choice: choice } = params;
  if (!Array.isArray(tools)) return {};
  const known = toolChoice(choice);
  const chosen =
    known === null
      ? choice
      : typeof known === "string"
        ? known
        : { type: "function", name: known.name };
  return { tools: tools.map(toolOf), ...(chosen == null ? {} : { tool_choice: chosen }) };
}

/**
 * A strict tool has no optional parameters; chat completions don't ask for that, and responses do
 * unless told.
 */
function toolOf(tool: unknown): unknown {
  const known = functionTool(tool);
  if (known === null) return tool;
  const { name, description, parameters } = known;
  return {
    type: "function",
    name,
    ...(description === null ? {} : { description }),
    parameters,
    strict: false,
  };
}
