import { CONFIG_KEYS } from "./keys.ts";

/** A key as somebody writes it, as a way into the file. */
export interface KeyPath {
  /** As `CONFIG_KEYS` has it. */
  readonly way: string;
  readonly path: readonly string[];
}

/** Keys that hold mappings of the user's own, whose parts can be named. */
const OPEN: ReadonlySet<string> = new Set([
  "providers.NAME.headers",
  "plugins.NAME",
  "mcp.servers.NAME.env",
  "mcp.servers.NAME.headers",
  "openapi.NAME.auth",
]);

/**
 * `models.acme/large.v2.window`: names of the user's choice may hold dots, so they are what stands
 * between the words that are known. Null for a key that there is not.
 */
export function keyPath(key: string): KeyPath | null {
  for (const way of Object.keys(CONFIG_KEYS)) {
    const path = pathOf(key, way) ?? (OPEN.has(way) ? partOf(key, way) : null);
    if (path !== null) return { way, path };
  }
  return null;
}

function pathOf(key: string, way: string): readonly string[] | null {
  const [before = "", name, after = ""] = way.split(/(PROVIDER\/NAME|NAME)/);
  if (name === undefined) return key === way ? way.split(".") : null;
  const length = key.length - before.length - after.length;
  if (length < 1 || !key.startsWith(before) || !key.endsWith(after)) return null;
  const written = key.slice(before.length, before.length + length);
  if (name === "PROVIDER/NAME" && !written.includes("/")) return null;
  // Without words behind it a name ends at the next dot.
  if (after === "" && written.includes(".")) return null;
  return [...before.split(".").slice(0, -1), written, ...after.split(".").slice(1)];
}

/** `plugins.acme.region`: one more name behind the way. */
function partOf(key: string, way: string): readonly string[] | null {
  const dot = key.lastIndexOf(".");
  const path = dot === -1 ? null : pathOf(key.slice(0, dot), way);
  return path === null || dot === key.length - 1 ? null : [...path, key.slice(dot + 1)];
}
