import type { Ability, ToolInfo } from "../../plugins/sdk/protocol.ts";
import { compileContract } from "../contract/compile.ts";
import { isObject, jsonFault, type JsonObject } from "../core/json.ts";
import { checkKeys, described, ManifestFault, matching, text, VERSION } from "./manifest-values.ts";

const KEYS = ["name", "description", "input", "output", "version"];
/** What every provider of models takes. */
const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const MOST_TOOLS = 128;
/** Characters. */
const MOST_DESCRIPTION = 4000;
const TOOL_ABILITIES = ["tools/list", "tools/call"] as const satisfies readonly Ability[];

/**
 * The tools of a manifest; null where it has none.
 * @throws {ManifestFault}
 */
export function checkTools(
  value: unknown,
  { provides, version }: { readonly provides: readonly Ability[]; readonly version: number },
): readonly ToolInfo[] | null {
  const promised = TOOL_ABILITIES.filter((ability) => provides.includes(ability));
  if (value === undefined && promised.length === 0) return null;
  if (version < 2) throw new ManifestFault("tools need an interface_version of 2");
  if (value === undefined)
    throw new ManifestFault(`tools is missing, and provides has ${promised.join(" and ")}`);
  if (promised.length < TOOL_ABILITIES.length)
    throw new ManifestFault(`it has tools, so provides must have ${TOOL_ABILITIES.join(" and ")}`);
  if (!Array.isArray(value))
    throw new ManifestFault(`tools must be a list, but it is ${described(value)}`);
  if (value.length === 0 || value.length > MOST_TOOLS)
    throw new ManifestFault(
      `tools has ${value.length} entries, but it must have 1 to ${MOST_TOOLS}`,
    );
  const tools = value.map((tool: unknown, index) => checkTool(tool, `tools.${index}`));
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new ManifestFault(`tools has "${twice}" twice`);
  return tools;
}

function checkTool(value: unknown, field: string): ToolInfo {
  if (!isObject(value))
    throw new ManifestFault(`${field} must be an object, but it is ${described(value)}`);
  checkKeys(value, KEYS, `${field}.`);
  const { output, version } = value;
  return {
    name: matching(
      text(value, "name", { field: `${field}.name` }),
      TOOL_NAME,
      `${field}.name`,
      "letters, digits, `_` and `-`, at most 64 of them",
    ),
    description: text(value, "description", {
      field: `${field}.description`,
      most: MOST_DESCRIPTION,
    }),
    input: checkInput(value["input"], `${field}.input`),
    ...(output === undefined ? {} : { output: checkSchema(output, `${field}.output`) }),
    ...(version === undefined
      ? {}
      : {
          version: matching(
            text(value, "version", { field: `${field}.version` }),
            VERSION,
            `${field}.version`,
            "a version such as 1.2.0",
          ),
        }),
  };
}

function checkInput(value: unknown, field: string): JsonObject {
  const schema = checkSchema(value, field);
  if (schema["type"] === "object") return schema;
  throw new ManifestFault(`${field} must have the type "object": a tool is called with an object`);
}

/** @throws {ManifestFault} where it is no JSON Schema */
export function checkSchema(value: unknown, field: string): JsonObject {
  if (!isObject(value))
    throw new ManifestFault(`${field} must be a JSON Schema, but it is ${described(value)}`);
  const fault = jsonFault(value);
  if (fault !== null) throw new ManifestFault(`${field} ${fault}`);
  const compiled = compileContract(value);
  if (!compiled.ok) {
    const [{ schemaPath, reason }] = compiled.faults;
    throw new ManifestFault(
      `${field} is no JSON Schema: ${[field, ...schemaPath].join(".")} ${reason}`,
    );
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was parsed from JSON
  return value as JsonObject;
}
