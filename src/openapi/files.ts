import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { fileReason } from "../config/text.ts";
import { isObject, parseJson } from "../core/json.ts";
import { parseYaml } from "../core/yaml.ts";
import { apiFault } from "./fault.ts";

type Document = Readonly<Record<string, unknown>>;

/** A place in one of an API's files. */
export interface Place {
  /** Absolute. */
  readonly file: string;
  readonly value: unknown;
  /** What tells the place apart from others: the file and the way into it. */
  readonly id: string;
}

/** The files of an API: the one that is named, and those that it refers to, in its own folder. */
export interface ApiFiles {
  /** The one that is named. */
  readonly root: Place;
  /** Follows `$ref`s, as many as there are. @throws {ModullmError} RLLM_008 */
  follow(place: Place): Place;
  /** What stands below a place. */
  below(place: Place, key: string | number): Place;
}

/** Bytes of one file. */
const MOST_BYTES = 16 * 1024 * 1024;
/** `$ref`s that lead on to another. */
const MOST_STEPS = 50;

/** @throws {ModullmError} RLLM_008 for a file that can't be read */
export function openFiles(shown: string): ApiFiles {
  const documents = new Map<string, Document>();
  const main = real(shown, shown);
  const folder = dirname(main);

  function documentOf(file: string): Document {
    const document = documents.get(file) ?? readDocument(file, shown);
    documents.set(file, document);
    return document;
  }

  function target(reference: string, from: string): Place {
    const [path = "", pointer = ""] = reference.split("#", 2);
    if (/^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith("//"))
      throw apiFault(shown, reference, "it leads to an address, and nothing is fetched");
    const file = path === "" ? from : fileBeside(decoded(path), from);
    let place: Place = { file, value: documentOf(file), id: `${file}#` };
    for (const key of pointer.split("/").slice(1))
      place = below(place, decoded(key).replaceAll("~1", "/").replaceAll("~0", "~"));
    if (place.value === undefined) throw apiFault(shown, reference, "it leads nowhere");
    return place;
  }

  function fileBeside(path: string, from: string): string {
    const file = real(resolve(dirname(from), path), shown);
    const way = relative(folder, file);
    if (isAbsolute(path) || way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way))
      throw apiFault(shown, path, "it lies outside of the folder of the API's file");
    return file;
  }

  function follow(place: Place): Place {
    let next = place;
    for (let step = 0; step < MOST_STEPS; step++) {
      const reference = isObject(next.value) ? next.value["$ref"] : undefined;
      if (typeof reference !== "string") return next;
      next = target(reference, next.file);
    }
    throw apiFault(shown, place.id, `its references lead on more than ${MOST_STEPS} times`);
  }

  return {
    root: { file: main, value: documentOf(main), id: `${main}#` },
    follow,
    below,
  };
}

function below({ file, value, id }: Place, key: string | number): Place {
  const has = typeof value === "object" && value !== null && Object.hasOwn(value, key);
  const inner: unknown = has ? Reflect.get(value, key) : undefined;
  return { file, value: inner, id: `${id}/${key}` };
}

function real(path: string, shown: string): string {
  try {
    return realpathSync(path);
  } catch (thrown) {
    throw apiFault(shown, path, `it can't be read: ${fileReason(thrown)}`);
  }
}

function readDocument(file: string, shown: string): Document {
  const value = parsed(textOf(file, shown), file, shown);
  if (isObject(value)) return value;
  throw apiFault(shown, file, "it holds no mapping");
}

function textOf(file: string, shown: string): string {
  try {
    const { size } = statSync(file);
    if (size <= MOST_BYTES) return readFileSync(file, "utf8");
  } catch (thrown) {
    throw apiFault(shown, file, `it can't be read: ${fileReason(thrown)}`);
  }
  throw apiFault(shown, file, `it is larger than ${MOST_BYTES} bytes`);
}

/** A file of JSON may have any name; what begins as JSON is read as that. */
function parsed(text: string, file: string, shown: string): unknown {
  if (/^\s*[{[]/.test(text)) {
    try {
      return parseJson(text);
    } catch {
      // It may be YAML in its flow style.
    }
  }
  const yaml = parseYaml(text);
  if (yaml.ok) return yaml.value;
  throw apiFault(shown, file, `it can't be read: ${yaml.reason}`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
