import { isObject, objectsIn } from "../core/json.ts";
import { apiFault } from "./fault.ts";
import { type ApiFiles, openFiles, type Place } from "./files.ts";

/** An API as its file describes it. */
export interface Api {
  /** As a program names it. */
  readonly path: string;
  readonly files: ApiFiles;
  /** Whether it is of version 3.0, whose schemas differ. */
  readonly isOld: boolean;
  readonly operations: readonly ApiOperation[];
  /** The security schemes that it names. */
  readonly schemes: Place;
}

/** One operation; what it takes is read when it is wanted. */
export interface ApiOperation {
  /** `operationId`; where there is none, the method and the path. */
  readonly id: string;
  /** Upper case. */
  readonly method: string;
  /** With its templates: `/orders/{id}`. */
  readonly path: string;
  readonly description: string;
  readonly place: Place;
  /** The parameters of all operations of its path. */
  readonly shared: Place;
  /** Where it is, absolute; null where the file names no host. */
  readonly server: URL | null;
  /** Ways to log in, each of schemes that are needed together; none: no login. */
  readonly security: readonly (readonly string[])[];
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** @throws {ModullmError} RLLM_008 for a file that describes no API */
export function readApi(path: string, named: string): Api {
  const files = openFiles(path);
  const { root } = files;
  const version = files.below(root, "openapi").value;
  if (typeof version !== "string" || !/^3\.[01](?:\.|$)/.test(version))
    throw apiFault(
      named,
      "openapi",
      `its version is ${JSON.stringify(version ?? null)}, but 3.0 and 3.1 are read`,
    );
  return {
    path: named,
    files,
    isOld: version.startsWith("3.0"),
    operations: operationsOf(files),
    schemes: files.below(files.below(root, "components"), "securitySchemes"),
  };
}

/** What stands at a key, its references followed. */
export function at(files: ApiFiles, place: Place, key: string | number): Place {
  return files.follow(files.below(place, key));
}

export function textAt(files: ApiFiles, place: Place, key: string): string {
  const { value } = files.below(place, key);
  return typeof value === "string" ? value.trim() : "";
}

function operationsOf(files: ApiFiles): readonly ApiOperation[] {
  const { root, below } = files;
  const paths = below(root, "paths");
  return keysOf(paths).flatMap((path) => {
    if (!path.startsWith("/")) return [];
    const item = at(files, paths, path);
    return METHODS.flatMap((method) => {
      const place = at(files, item, method);
      return isObject(place.value) ? [operationOf(files, { path, method, place, item })] : [];
    });
  });
}

function operationOf(
  files: ApiFiles,
  { path, method, place, item }: { path: string; method: string; place: Place; item: Place },
): ApiOperation {
  const id = textAt(files, place, "operationId");
  const words = [textAt(files, place, "summary"), textAt(files, place, "description")];
  const upper = method.toUpperCase();
  return {
    id: id === "" ? `${upper} ${path}` : id,
    method: upper,
    path,
    description: [...new Set(words)].filter((each) => each !== "").join("\n"),
    place,
    shared: files.below(item, "parameters"),
    server: serverOf(files, [place, item, files.root]),
    security: securityOf(files, place),
  };
}

/** The nearest list of servers counts, and of it the first. */
function serverOf(files: ApiFiles, places: readonly Place[]): URL | null {
  const lists = places.map((place) => files.below(place, "servers"));
  const list = lists.find(({ value }) => Array.isArray(value) && value.length > 0);
  if (list === undefined) return null;
  const server = files.below(list, 0);
  const variables = files.below(server, "variables");
  const url = textAt(files, server, "url").replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const { value } = files.below(files.below(variables, name), "default");
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  });
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url) : null;
}

function securityOf(files: ApiFiles, place: Place): readonly (readonly string[])[] {
  const own = files.below(place, "security").value;
  const list = Array.isArray(own) ? own : files.below(files.root, "security").value;
  return objectsIn(list).map((each) => Object.keys(each));
}

export function keysOf({ value }: Place): readonly string[] {
  return isObject(value) ? Object.keys(value) : [];
}
