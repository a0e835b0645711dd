import type { Config, Sourced } from "../../config/config.ts";

/** A place or a project, which becomes a part of an address. */
const NAME = /^[a-z][a-z0-9:.-]*$/;

/** Where models answer that are tied to no place. */
const GLOBAL = "global";

/** Where Vertex is for this user: GOOGLE_CLOUD_LOCATION, else the address for all places. */
export function vertexAddress(config: Config): Sourced | null {
  const location = vertexLocation(config);
  if (location === null) return null;
  const front = location === GLOBAL ? "" : `${location}-`;
  const source = placeOf(config)?.source ?? "provider table";
  return { value: `https://${front}aiplatform.googleapis.com`, source };
}

/** Null for one that can't be one. */
export function vertexLocation(config: Config): string | null {
  const location = placeOf(config)?.value ?? GLOBAL;
  return NAME.test(location) ? location : null;
}

/** Whether it can be the id of a project. */
export function isProject(id: string): boolean {
  return NAME.test(id);
}

/** The project that pays; null where nothing names one. */
export function vertexProject(config: Config): Sourced | null {
  const names = ["VERTEX_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"];
  const [project] = names.flatMap((name) => config.get(name) ?? []);
  return project ?? null;
}

function placeOf(config: Config): Sourced | null {
  const names = ["VERTEX_LOCATION", "GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION"];
  const [place] = names.flatMap((name) => config.get(name) ?? []);
  return place ?? null;
}
