import { isObject, type JsonObject } from "../../core/json.ts";
import { type Foreign, renamedParams } from "./foreign.ts";

const KNOWN = new Set("prompt system model options schema_object defaults".split(" "));
const NOTHING = { description: null, version: null, author: null, tags: [], tests: [] };

/** A template of the tool `llm` (llm.datasette.io): `$input` and `$name`. */
export function readLlmTemplate(content: Readonly<Record<string, unknown>>): Foreign {
  const lost = Object.keys(content)
    .filter((key) => !KNOWN.has(key))
    .map((key) => `the key "${key}"`);
  if (isObject(content["defaults"])) lost.push("defaults of the input");
  const { prompt = "", system = null, options, schema_object: schema } = content;
  const text = dollars(typeof prompt === "string" ? prompt : "");
  const before = typeof system === "string" ? dollars(system) : null;
  const hasInput = `${text}${before ?? ""}`.includes("{{input}}");
  return {
    ...NOTHING,
    name: "",
    model: typeof content["model"] === "string" ? content["model"] : null,
    params: renamedParams(isObject(options) ? (options as JsonObject) : {}),
    input: null,
    output: isObject(schema) ? (schema as JsonObject) : null,
    system: before,
    // What is typed stands behind a prompt that has no place for it.
    prompt: hasInput ? text : `${text}\n\n{{input}}`.trim(),
    lost,
  };
}

/** A pattern of fabric: `system.md`, or a text with `{{input}}`. */
export function readPattern(text: string): Foreign {
  return {
    ...NOTHING,
    name: "",
    model: null,
    params: {},
    input: null,
    output: null,
    system: text.includes("{{input}}") ? null : text,
    prompt: text.includes("{{input}}") ? text : "{{input}}",
    lost: [],
  };
}

/** `$name` and `${name}` as `{{name}}`; `$$` is a dollar. */
function dollars(text: string): string {
  return text.replaceAll(
    /\$(\$|\{(\w+)\}|([A-Za-z_]\w*))/g,
    (_, whole: string, braced?: string, plain?: string) =>
      whole === "$" ? "$" : `{{${braced ?? plain ?? ""}}}`,
  );
}
