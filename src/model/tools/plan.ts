import { providerFailure } from "../failure.ts";
import type { ModelNote, ModelRequest } from "../model.ts";
import { weakenedNote } from "../request-notes.ts";
import type { EnforcedMode, NativeModel } from "../protocol.ts";
import type { Translation, Weakening } from "../schema/translation.ts";
import type { ToolChoice, ToolOffer } from "../tool.ts";
import { NO_TOOLS_HINT } from "./refused.ts";

/** What goes out of a request that offers tools. */
export interface ToolPlan {
  readonly tools: readonly SentTool[];
  readonly choice: ToolChoice;
  /** Whether several calls may come in one turn. */
  readonly parallel: boolean;
}

export interface SentTool extends Pick<ToolOffer, "name" | "description"> {
  readonly schema: Readonly<Record<string, unknown>>;
  /** Whether the server can hold the model to the schema. */
  readonly strict: boolean;
}

export interface Planned {
  /** Null where no tools are sent. */
  readonly plan: ToolPlan | null;
  /** The request, without the schema of the answer where that can't go along. */
  readonly request: ModelRequest;
}

/**
 * Which of the request's tools and schema go to a server. One that can't hold a model to a schema
 * while it has tools gets the tools until none may be called any more, then the schema alone.
 * @param modes how a tool's schema is sent: the first that can be enforced, else the last
 * @throws {ModullmError} RLLM_017 where the model is known to call no tools
 */
export function planTools(
  model: NativeModel,
  request: ModelRequest,
  modes: readonly EnforcedMode[],
  notes: ModelNote[],
): Planned {
  const { tools } = request;
  if (tools === undefined || tools.offers.length === 0) return { plan: null, request };
  const { abilities, callee, endpoint } = model;
  const { choice, offers, parallel } = tools;
  if (abilities.refuses.includes("tools"))
    throw providerFailure(callee, "it calls no tools", { retryable: false, hint: NO_TOOLS_HINT });
  const hasSchema = abilities.schema !== "none" && Object.keys(request.schema).length > 0;
  const apart = hasSchema && !abilities.schemaWithTools;
  if (apart && choice === "none") return { plan: null, request };
  // A model that has to call gives no answer.
  const forced = isForced(choice);
  const sent = offers.map((offer) => ({ offer, ...translated(model, offer.input, modes) }));
  // Told with the first turn; a conversation has the same tools throughout.
  if (!request.messages.some(({ role }) => role === "tool")) {
    const lost = apart && !forced ? [{ pointer: "", keyword: "schema" }] : [];
    const places = sent.flatMap(({ offer, weakened }) => weakened.map(within(offer)));
    const note = weakenedNote(endpoint, [...lost, ...places]);
    if (note !== null) notes.push(note);
  }
  return {
    plan: {
      tools: sent.map(({ offer: { name, description }, schema, strict }) => {
        return { name, description, schema, strict };
      }),
      choice,
      parallel,
    },
    request: apart || forced ? { ...request, schema: {} } : request,
  };
}

/** Whether the model has to call a tool. */
export function isForced(choice: ToolChoice): boolean {
  return choice === "required" || typeof choice === "object";
}

/** A schema in mode `tool` is followed, and never enforced. */
function translated(
  model: NativeModel,
  input: ToolOffer["input"],
  modes: readonly EnforcedMode[],
): Translation {
  const all = modes.map((mode) => {
    const translation = model.translate(input, mode);
    return { ...translation, strict: translation.strict && mode !== "tool" };
  });
  return all.find(({ strict }) => strict) ?? all.at(-1) ?? model.translate(input, "schema");
}

function within({ name }: ToolOffer): (weakening: Weakening) => Weakening {
  return ({ pointer, keyword }) => ({ pointer: `/tools/${name}${pointer}`, keyword });
}
