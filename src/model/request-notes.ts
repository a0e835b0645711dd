import type { Json } from "../core/json.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ModelNote } from "./model.ts";
import type { Weakening } from "./schema/translation.ts";

/** What a watcher is told when a server does not take a parameter. */
export function leftOut(endpoint: Endpoint, name: string, key: string): ModelNote {
  const model = `${endpoint.written}/${name}`;
  return {
    kind: "degraded",
    message: `Left "${key}" out of the call: ${model} does not take it`,
    data: { param: key },
  };
}

/**
 * What a watcher is told when a server enforces less than the schema; null when nothing was lost.
 */
export function weakenedNote(endpoint: Endpoint, weakened: readonly Weakening[]): ModelNote | null {
  if (weakened.length === 0) return null;
  const places = weakened
    .slice(0, 5)
    .map(({ pointer, keyword }) => `${keyword} at "${pointer === "" ? "/" : pointer}"`);
  const more =
    weakened.length > places.length ? ` and ${weakened.length - places.length} more` : "";
  const data: Json = weakened.map(({ pointer, keyword }) => ({ pointer, keyword }));
  return {
    kind: "schema-weakened",
    message:
      `${endpoint.provider} does not enforce ${places.join(", ")}${more}; the answer is ` +
      "checked here",
    data: { provider: endpoint.provider, weakened: data },
  };
}
