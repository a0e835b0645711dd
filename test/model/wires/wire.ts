import type { Seen } from "../faulty-server.ts";
import type { Settings } from "../settings.ts";

/** What a stand-in for a model answers, whatever its protocol. */
export interface Reply {
  readonly texts?: readonly string[];
  readonly reasoning?: readonly string[];
  /** @default "stop" */
  readonly finish?: "stop" | "length" | "content-filter" | "unheard-of";
  /** Null for a server that does not count. @default {input: 3, output: 5} */
  readonly usage?: Counts | null;
  /** @default "served-model" */
  readonly served?: string | null;
  readonly tool?: { readonly name: string; readonly input: Readonly<Record<string, unknown>> };
}

/** Tokens; `cached` are those of the input that came from a cache. */
export interface Counts {
  readonly input: number;
  readonly output: number;
  readonly cached?: number;
}

/** What a request asks, read out of a provider's own form. */
export interface Asked {
  readonly system: string | null;
  readonly turns: readonly { readonly role: string; readonly text: string }[];
  /** Media type and data of each file. */
  readonly files: readonly string[];
  /** The schema that the server is asked to enforce; null without one. */
  readonly schema: unknown;
  readonly maxTokens: unknown;
  readonly temperature: unknown;
  readonly stop: unknown;
  readonly tools: readonly string[];
}

/**
 * One protocol as its servers speak it; shapes are those of the provider's documentation, named in
 * each file.
 */
export interface Wire {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  /** Settings with which this provider is at that address. */
  settings(url: string): Settings;
  /** Of a call; of a whole URL's path and query. */
  readonly path: string;
  readonly listPath: string;
  list(names: readonly string[]): unknown;
  readonly keyHeader: readonly [name: string, value: string];
  readonly type: string;
  /** A stream, event by event, with its end. */
  events(reply: Reply): readonly string[];
  /** How many events at the end of `events` come with or after the one that finishes the answer. */
  readonly ending: number;
  whole(reply: Reply): unknown;
  /** An event that reports an error. */
  fault(message: string, code: string): string;
  /** The body of an error status. */
  error(status: number, message: string, code: string): unknown;
  /** How the provider says that a prompt is too long. */
  readonly tooLong: { readonly status: number; readonly message: string; readonly code: string };
  /** The same event, saying also that the model has finished; null where one event alone may. */
  readonly finishing: ((event: string) => string) | null;
  readonly keepAlive: string | null;
  readonly malformed: string;
  /** An event of a kind that nobody knows yet. */
  readonly unknown: string;
  /** What the server says to a schema it can't take. */
  readonly schemaRefused: string;
  /** A parameter that is left out with a note. */
  readonly refusedParam: readonly [name: string, value: unknown];
  ask(seen: Seen): Asked;
  /** Checks that do not apply, each with the reason. */
  readonly skips: Readonly<Record<string, string>>;
}

export const KEY = "sk-planted-0123456789";
export const USAGE = { input: 3, output: 5 };

export function served(reply: Reply): string | null {
  return reply.served === undefined ? "served-model" : reply.served;
}

export function counted(reply: Reply): Counts | null {
  return reply.usage === undefined ? USAGE : reply.usage;
}

export function objects(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value)
    ? value.filter((item) => typeof item === "object" && item !== null)
    : [];
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** An event with its JSON object changed. */
export function changed(
  event: string,
  change: (object: Record<string, unknown>) => Record<string, unknown>,
): string {
  const [, before = "", text = "", after = ""] = /^(.*?)(\{.*\})(\s*)$/s.exec(event) ?? [];
  return text === "" ? event : before + JSON.stringify(change(record(JSON.parse(text)))) + after;
}

/** Content as a text, or as a list of parts of which some have one. */
export function textIn(content: unknown): string {
  if (typeof content === "string") return content;
  return objects(content)
    .map(({ text }) => (typeof text === "string" ? text : ""))
    .join("");
}
