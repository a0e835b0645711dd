import type { Manifest, ToolInfo } from "../../plugins/sdk/protocol.ts";
import type { LockedPackage } from "../packages/lock.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { schemaFits } from "../contract/fits.ts";
import { isSameJson } from "../contract/values.ts";
import { sha256 } from "../core/digest.ts";
import { type JsonObject, writeJson } from "../core/json.ts";

/** A tool after whose change programs may fail that did not before. */
export interface ToolBreak {
  readonly tool: string;
  /** A clause: `is gone`, `no longer takes …`. */
  readonly reason: string;
}

/** Digests of a plugin's tools by name, of all but the words that describe them. */
export function toolDigests({ tools = [] }: Manifest): Readonly<Record<string, string>> {
  return Object.fromEntries(tools.map((tool) => [tool.name, sha256(writeJson(promiseOf(tool)))]));
}

/** Whether two tools of one name are called alike, and promise the same. */
export function sameTool(one: ToolInfo, other: ToolInfo): boolean {
  return isSameJson(promiseOf(one), promiseOf(other));
}

/**
 * What of a change of a plugin's tools is a major one: an input that was taken and may not be now,
 * a value that could not come and may come now. What can't be proved to be none counts as one.
 */
export function toolBreaks(before: Manifest, after: Manifest): readonly ToolBreak[] {
  return (before.tools ?? []).flatMap((old) => {
    const { name: tool } = old;
    const now = after.tools?.find(({ name }) => name === tool);
    if (isMajor(old.version ?? before.version, now?.version ?? after.version)) return [];
    if (now === undefined) return [{ tool, reason: "is gone" }];
    if (sameTool(old, now)) return [];
    const reason =
      misfit(old.input, now.input, "no longer takes what it took") ??
      misfit(now.output ?? {}, old.output ?? {}, "may give what it did not give");
    return reason === null ? [] : [{ tool, reason }];
  });
}

/** The same since an installation, whose manifest may be lost: then every change counts. */
export function breaksSince(
  locked: Pick<LockedPackage, "tools" | "version">,
  before: Manifest | null,
  after: Manifest,
): readonly ToolBreak[] {
  if (before !== null) return toolBreaks(before, after);
  if (isMajor(locked.version, after.version)) return [];
  const now = toolDigests(after);
  return Object.entries(locked.tools ?? {})
    .filter(([tool, digest]) => now[tool] !== digest)
    .map(([tool]) => ({ tool, reason: "has changed, and what it was is lost" }));
}

/** Whether a version says that programs may have to change: `1.x` to `2.0`, or `0.1` to `0.2`. */
export function isMajor(before: string, after: string): boolean {
  const [from, to] = [numbers(before), numbers(after)];
  const significant = from.findIndex((part) => part > 0);
  const last = significant === -1 ? 2 : significant;
  for (let at = 0; at <= last; at++) {
    const [old = 0, now = 0] = [from[at], to[at]];
    if (now !== old) return now > old;
  }
  return false;
}

function misfit(inner: JsonSchema, outer: JsonSchema, what: string): string | null {
  const fit = schemaFits(inner, outer);
  switch (fit.verdict) {
    case "fits":
      return null;
    case "may-not-fit":
      return `${what}: ${shown(fit.example)}`;
    case "cannot-fit":
      return `${what}: ${fit.reason}`;
    case "unknown":
      return `${what}, or can't be proved not to: ${fit.reason}`;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

const MOST_SHOWN = 200;

function promiseOf({ input, output, version }: ToolInfo): JsonObject {
  return { input, output: output ?? null, version: version ?? null };
}

function numbers(version: string): readonly number[] {
  return version.split(/[-+]/, 1).flatMap((text) => text.split(".").map(Number));
}
