import { realpath } from "node:fs/promises";
import { dirname, extname, relative, resolve } from "node:path";
import { findProjectFile } from "../config/project.ts";
import { MEBIBYTE, type ReadFile, readRegularFile } from "../config/regular-file.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { readDocument } from "../contract/read-document.ts";
import { pathOf, uriOf } from "../contract/uri.ts";
import { ModullmError } from "../core/error.ts";
import { isObject, parseJson } from "../core/json.ts";
import { parseYaml } from "../core/yaml.ts";
import { SCHEMA_KEYS, schemaUri, type SharedSchemas } from "../program/contracts.ts";
import { type Frontmatter, parseFrontmatter } from "../program/frontmatter.ts";
import { createSource } from "../program/source.ts";

const MOST_BYTES = 4 * MEBIBYTE;
/** More come from a generator gone wrong. */
const MOST_FILES = 200;

/**
 * Reads what the schemas of a program name in other files (`$ref: ./types.json#/Order`), and what
 * those name. Nothing outside the program's root is read: the folder of its project, else its own.
 * @param path the program's file, which need not be there
 * @returns null where its schemas name nothing but their own parts
 */
export async function readSharedSchemas(
  text: string,
  path: string,
  readFile: ReadFile = readRegularFile,
): Promise<SharedSchemas | null> {
  if (!namesFiles(text)) return null;
  const front = frontOf(text, path);
  if (typeof front === "string") return null;
  const file = await realOr(resolve(path));
  const root = findProjectFile(dirname(file))?.folder ?? dirname(file);
  const documents: Record<string, JsonSchema | boolean> = {};
  const problems: Record<string, string> = {};
  const shared = { base: uriOf(posix(file)), documents, problems };
  let read = 0;
  for (let absent = absentOf(front, shared); absent.length > 0; absent = absentOf(front, shared)) {
    for (const uri of absent) {
      const found = read++ < MOST_FILES ? await readOne(uri, root, readFile) : TOO_MANY;
      if (typeof found === "string") problems[uri] = found;
      else documents[uri] = found.schema;
    }
  }
  return shared;
}

/** Whether the schemas of a program's text may name other files. */
export function namesFiles(text: string): boolean {
  return NAMES_ANOTHER.test(text);
}

/** A reference to anything but a part of the same schema. */
const NAMES_ANOTHER = /\$ref["']?\s*:\s*(?!["']?#)/;

const TOO_MANY = `its schemas name more than ${MOST_FILES} files`;

/** Files that are named and neither read nor known to be unreadable. */
function absentOf(front: Frontmatter, { base, documents, problems }: SharedSchemas): string[] {
  const named = SCHEMA_KEYS.flatMap((key) => {
    const schema = front.values[key];
    const options = { documents, problems, base: schemaUri(base, key) };
    return isObject(schema) ? readDocument(schema, options).absent : [];
  });
  return [...new Set(named)].filter((uri) => !Object.hasOwn(problems, uri));
}

type Found = { readonly schema: JsonSchema | boolean } | string;

/** The schema, or why there is none. */
async function readOne(uri: string, root: string, readFile: ReadFile): Promise<Found> {
  const path = resolve(pathOf(uri));
  const side = uri.split("?")[1];
  const kind = extname(path).toLowerCase();
  if (kind === ".rllm" && side === undefined)
    return `a program has two schemas: write "#input" or "#output" behind it`;
  if (!KINDS.has(kind)) return "schemas are read from .json, .yaml, .yml and .rllm files";
  const real = await realOr(path);
  const [folder, way] = [await realOr(root), relative(await realOr(root), real)];
  if (way.startsWith("..") || way === "" || resolve(folder, way) !== real)
    return `it is outside "${root}", and a program reads schemas of its own folder or project only`;
  const file = await readFile(real, MOST_BYTES);
  if (!file.ok) return file.reason;
  const text = decoded(file.bytes);
  if (text === null) return "it is not UTF-8 text";
  const value = kind === ".rllm" ? sideOf(text, path, side) : valueOf(text, kind);
  if ("fault" in value) return value.fault;
  const { schema } = value;
  return typeof schema === "boolean" || isObject(schema) ? { schema } : "it holds no mapping";
}

const KINDS: ReadonlySet<string> = new Set([".json", ".yaml", ".yml", ".rllm"]);

type Value = { readonly schema: unknown } | { readonly fault: string };

function valueOf(text: string, kind: string): Value {
  if (kind === ".json") {
    try {
      return { schema: parseJson(text) };
    } catch (thrown) {
      return { fault: `it is not JSON: ${thrown instanceof Error ? thrown.message : ""}` };
    }
  }
  const parsed = parseYaml(text);
  return parsed.ok ? { schema: parsed.value } : { fault: `it is not YAML: ${parsed.reason}` };
}

function sideOf(text: string, path: string, side = ""): Value {
  const front = frontOf(text, path);
  return typeof front === "string" ? { fault: front } : { schema: front.values[`${side}_schema`] };
}

/** The frontmatter, or why it can't be read. */
function frontOf(text: string, path: string): Frontmatter | string {
  try {
    return parseFrontmatter(createSource(text, path));
  } catch (thrown) {
    if (thrown instanceof ModullmError) return thrown.message;
    throw thrown;
  }
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

async function realOr(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}

function posix(path: string): string {
  return path.replaceAll("\\", "/");
}
