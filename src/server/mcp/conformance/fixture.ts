import type { CallToolResult, InputRequiredResult, Tool } from "@modelcontextprotocol/server";
import type { Arguments, Call, Notify, TaskMode } from "../surface.ts";

type Schema = Tool["inputSchema"];

/** A tool that the protocol's conformance suite calls, by the suite's name for it. */
export interface Fixture {
  readonly schema?: Schema;
  /** @default "never" */
  readonly task?: TaskMode | ((hasInputs: boolean) => TaskMode);
  readonly call: (given: Arguments, call: Call, notify: Notify) => Given | Promise<Given>;
}

export type Given = CallToolResult | InputRequiredResult;

export type Fixtures = Readonly<Record<string, Fixture>>;

export function text(said: string): CallToolResult {
  return { content: [{ type: "text", text: said }] };
}

export function object(
  properties: NonNullable<Schema["properties"]> = {},
  required: string[] = Object.keys(properties),
): Schema {
  return { type: "object", properties, required };
}

/** A red pixel, as PNG. */
export const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/** No sound at all, as WAV. */
export const SOUND = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";
