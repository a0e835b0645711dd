import { bundleSchema } from "../contract/bundle.ts";
import { type Compilation, compileContract } from "../contract/compile.ts";
import type { Contract, JsonSchema, SchemaFault } from "../contract/contract.ts";
import { ModullmError } from "../core/error.ts";
import type { Frontmatter } from "./frontmatter.ts";
import { readObject } from "./metadata.ts";

/** What the schemas of a program name in other files, read by whoever loads it. */
export interface SharedSchemas {
  /** The program's file as `uriOf` has it. */
  readonly base: string;
  /** By the URI of their file; of a program's with `?input` or `?output`. */
  readonly documents: Readonly<Record<string, JsonSchema | boolean>>;
  /** Why a file has none: the end of a sentence about the reference. */
  readonly problems: Readonly<Record<string, string>>;
}

export const SCHEMA_KEYS = ["input_schema", "output_schema"] as const;
type SchemaKey = (typeof SCHEMA_KEYS)[number];

/** @throws {ModullmError} RLLM_002 */
export function readContract(
  front: Frontmatter,
  key: SchemaKey,
  shared: SharedSchemas | null,
): Contract {
  const compiled = compile(readObject(front, key), key, shared);
  if (compiled.ok) return compiled.contract;
  throw schemaError(front, key, compiled.faults[0]);
}

/** Every fault of a schema. */
export function schemaErrors(
  front: Frontmatter,
  key: SchemaKey,
  shared: SharedSchemas | null,
): readonly ModullmError[] {
  const compiled = compile(readObject(front, key), key, shared);
  return compiled.ok ? [] : compiled.faults.map((fault) => schemaError(front, key, fault));
}

/** The URI of one of a program's schemas. */
export function schemaUri(base: string, key: SchemaKey): string {
  return `${base}?${key === "input_schema" ? "input" : "output"}`;
}

function compile(schema: JsonSchema, key: SchemaKey, shared: SharedSchemas | null): Compilation {
  if (shared === null) return compileContract(schema);
  const { documents, problems } = shared;
  const bundle = bundleSchema(schema, { documents, problems, base: schemaUri(shared.base, key) });
  const [first, ...others] = bundle.faults;
  if (first !== undefined) return { ok: false, faults: [first, ...others] };
  const compiled = compileContract(bundle.schema);
  if (compiled.ok) return compiled;
  const [fault, ...more] = compiled.faults;
  return { ok: false, faults: [bundle.placed(fault), ...more.map((each) => bundle.placed(each))] };
}

function schemaError(front: Frontmatter, key: SchemaKey, fault: SchemaFault): ModullmError {
  const where = fault.schemaPath.length === 0 ? "" : ` at ${fault.schemaPath.join(".")}`;
  return new ModullmError("RLLM_002", `"${key}" is not a valid schema${where}: ${fault.reason}`, {
    details: { field: key, schema_path: fault.schemaPath, reason: fault.reason },
    place: front.place([key, ...fault.schemaPath]),
  });
}
