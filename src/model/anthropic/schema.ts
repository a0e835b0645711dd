import type { JsonSchema } from "../../contract/contract.ts";
import type { ModelNote, ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import { leftOut, weakenedNote } from "../request-notes.ts";

/** The tool whose input is the answer, for models that can't be held to a schema otherwise. */
export const OUTPUT_TOOL = "give_answer";

/**
 * How the schema of the answer is said: the format of the output, a tool that must be called, or
 * neither.
 */
export interface OutputForm {
  readonly format: Readonly<Record<string, unknown>> | null;
  readonly tool: Readonly<Record<string, unknown>> | null;
}

const NEITHER: OutputForm = { format: null, tool: null };

/**
 * Structured outputs where the model has them and the schema can be said in their subset; else a
 * tool whose input is the answer, which a thinking model can't be forced to call, and which gives
 * way to tools of the program's own.
 * platform.claude.com/docs/en/build-with-claude/structured-outputs
 */
export function outputForm(
  model: NativeModel,
  request: ModelRequest,
  mayForce: boolean,
  notes: ModelNote[],
): OutputForm {
  const { params } = request;
  const own = ownSchema(params["response_format"]);
  if (own !== null) return { format: { type: "json_schema", schema: own }, tool: null };
  if (params["format"] === "json" || params["response_format"] != null) {
    notes.push(
      leftOut(
        model.endpoint,
        model.name,
        params["format"] === "json" ? "format" : "response_format",
      ),
    );
    return NEITHER;
  }
  if (model.abilities.schema === "none" || Object.keys(request.schema).length === 0) return NEITHER;
  if (model.abilities.schema === "anthropic") {
    const { schema, strict, weakened } = model.translate(request.schema, "anthropic");
    note(model, weakened, notes);
    if (strict) return { format: { type: "json_schema", schema }, tool: null };
  }
  const { schema, strict, weakened } = model.translate(request.schema, "tool");
  if (!mayForce || !strict || params["tools"] != null) {
    note(model, [{ pointer: "", keyword: "schema" }], notes);
    return NEITHER;
  }
  note(model, weakened, notes);
  return {
    format: null,
    tool: { name: OUTPUT_TOOL, description: description(request.schema), input_schema: schema },
  };
}

function note(
  model: NativeModel,
  weakened: Parameters<typeof weakenedNote>[1],
  notes: ModelNote[],
): void {
  const made = weakenedNote(model.endpoint, weakened);
  if (made !== null) notes.push(made);
}

function description(schema: JsonSchema): string {
  const said = schema["description"];
  return typeof said === "string" && said !== "" ? said : "Gives the answer.";
}

function ownSchema(format: unknown): unknown {
  if (typeof format !== "object" || format === null || !("json_schema" in format)) return null;
  const inner = format.json_schema;
  return typeof inner === "object" && inner !== null && "schema" in inner ? inner.schema : null;
}
