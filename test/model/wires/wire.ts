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
  /** Calls of tools, behind the text. @default none */
  readonly calls?: readonly SaidCall[];
  /** Characters of a fragment of arguments in a stream. @default all of them */
  readonly fragment?: number;
  /** Whether the reasoning comes with what has to go back. */
  readonly signed?: boolean;
}

/** A call as a model makes it. */
export interface SaidCall {
  /** Null for a server that gives none. */
  readonly id: string | null;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
}

/** One turn of a conversation, read out of a provider's own form. */
export type AskedTurn =
  | { readonly role: "user"; readonly text: string; readonly files: readonly string[] }
  | {
      readonly role: "assistant";
      readonly text: string;
      readonly calls: readonly { id: string | null; name: string; input: unknown }[];
      /** What the server had sent to get it back; null where nothing of it came. */
      readonly thoughts: unknown;
    }
  | {
      readonly role: "results";
      readonly results: readonly AskedResult[];
      /** Those of all results of the turn. */
      readonly files: readonly string[];
    };

export interface AskedResult {
  /** Null where results are told apart by their order. */
  readonly id: string | null;
  readonly text: string;
  readonly failed: boolean;
}

/** How a protocol offers tools, and what it makes of calls. */
export interface ToolWire {
  turns(seen: Seen): readonly AskedTurn[];
  choice(seen: Seen): unknown;
  /** How each choice is written; null where it is not sent. */
  readonly choices: Readonly<Record<"auto" | "required" | "none" | "named", unknown>>;
  /** Whether the request says that calls come one by one. */
  single(seen: Seen): boolean;
  /** Names, descriptions and schemas of the tools on offer. */
  offers(seen: Seen): readonly { name: unknown; description: unknown; schema: unknown }[];
  /** Where a model is not held to a schema while it has tools; null: there is no such place. */
  readonly apart: Partial<Pick<Wire, "provider" | "model" | "settings">> | null;
  /** What the server says where the model calls no tools. */
  readonly refused: { readonly status: number; readonly message: string };
  /** Whether the model's own thoughts go back, and in which form: what `turns` reads then. */
  readonly thoughts: unknown;
  /** Whether arguments travel as text, so that a model can damage them. */
  readonly damaged: boolean;
  /** Checks that do not apply, each with the reason. */
  readonly skips: Readonly<Record<string, string>>;
}

/** Arguments as the object that they are. */
export function inputOf({ input }: SaidCall): unknown {
  return JSON.parse(input);
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
  /** `latin1` for events that are bytes, a character each. @default "utf8" */
  readonly encoding?: "utf8" | "latin1";
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

/** All calls of a reply. */
export function callsOf({ tool, calls = [] }: Reply): readonly SaidCall[] {
  return tool ? [{ id: "t1", name: tool.name, input: JSON.stringify(tool.input) }] : calls;
}

/** The arguments of a call as a stream has them. */
export function fragments({ input }: SaidCall, { fragment }: Reply): readonly string[] {
  if (fragment === undefined) return [input];
  const count = Math.ceil(input.length / fragment);
  return Array.from({ length: count }, (_, at) => input.slice(at * fragment, (at + 1) * fragment));
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
