import { compileContract } from "../contract/compile.ts";
import type { Contract } from "../contract/contract.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import type { Attachment } from "../model/attachment.ts";
import { isMediaPattern, matchesType } from "../program/media-type.ts";

/**
 * Properties of an output that pictures and sound of a reply go into: strings with
 * `contentMediaType`, and lists of such. The model's text answers the rest.
 */
export interface OutputFiles {
  /** The output without them: what the text has to meet, and what a server is asked for. */
  readonly rest: Contract;
  /** Whether nothing has to be said beside them. */
  readonly alone: boolean;
  /** The answer with the files as data URIs, and those that have no place. */
  place(
    value: JsonObject,
    files: readonly Attachment[],
  ): { readonly value: JsonObject; readonly homeless: readonly Attachment[] };
}

/** Null where an output has no such property. */
export function outputFiles(output: Contract): OutputFiles | null {
  const known = made.get(output);
  if (known !== undefined) return known;
  const found = makeOutputFiles(output);
  made.set(output, found);
  return found;
}

const made = new WeakMap<Contract, OutputFiles | null>();

interface Field {
  readonly name: string;
  readonly pattern: string;
  readonly isList: boolean;
}

function makeOutputFiles({ schema }: Contract): OutputFiles | null {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const fields = Object.entries(properties).flatMap(([name, property]) => fieldOf(name, property));
  if (fields.length === 0) return null;
  const isField = (name: unknown): boolean => fields.some((field) => field.name === name);
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const needed = required.filter((name) => !isField(name));
  const rest = compileContract({
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !isField(name))),
    required: needed,
  });
  if (!rest.ok) return null;
  return {
    rest: rest.contract,
    alone: needed.length === 0,
    place: (value, files) => placed(fields, value, files),
  };
}

function fieldOf(name: string, property: unknown): readonly Field[] {
  if (!isObject(property)) return [];
  const isList = property["type"] === "array";
  const item = isList ? property["items"] : property;
  if (!isObject(item) || !isMediaPattern(item["contentMediaType"])) return [];
  return [{ name, pattern: item["contentMediaType"], isList }];
}

/** Each file goes to the first property that takes its type and has room. */
function placed(fields: readonly Field[], value: JsonObject, files: readonly Attachment[]) {
  const given = new Map<string, string[]>();
  const homeless: Attachment[] = [];
  for (const file of files) {
    const field = fields.find(
      ({ name, pattern, isList }) =>
        matchesType(pattern, file.mediaType) && (isList || !given.has(name)),
    );
    const uri = `data:${file.mediaType};base64,${file.data}`;
    if (field) given.set(field.name, [...(given.get(field.name) ?? []), uri]);
    else homeless.push(file);
  }
  const filled = [...given].map(([name, uris]) => {
    const isList = fields.some((field) => field.name === name && field.isList);
    return [name, isList ? uris : (uris[0] ?? "")] as const;
  });
  return { value: { ...value, ...Object.fromEntries(filled) }, homeless };
}
