import type { JsonSchema } from "../contract/contract.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Principal } from "../core/principal.ts";
import type { ToolEntry } from "../program/program.ts";
import type { Attachment } from "./attachment.ts";

/** A tool that a model may call, as the model is told of it. */
export interface ToolOffer {
  /** Letters, digits, `_` and `-`, at most 64 of them: what every provider takes. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. Adapters send of it what their server takes. */
  readonly input: JsonSchema;
}

/** Whether the model calls tools: as it likes, at least one, none, or this one. */
export type ToolChoice = "auto" | "required" | "none" | { readonly name: string };

/** One call that a model made. */
export interface ToolCall {
  /** The server's; `call_1` and so on where it gives none. Unique in its conversation. */
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it, whole; damaged where the model damaged it. */
  readonly arguments: string;
  /** What the provider wants back with this call, as it came (Gemini's thought signature). */
  readonly signature?: string;
}

/** What came of a call. */
export interface ToolResult {
  /** What the model reads: a tool's text as it is, any other value as JSON. */
  readonly content: string;
  /** Pictures, sound and documents that go along with it. @default none */
  readonly attachments?: readonly Attachment[];
  /** Whether the tool failed; `content` then says why. */
  readonly failed: boolean;
  /** The value behind `content`, where there is one. */
  readonly value?: Json;
}

/** A tool that is no program, as far as can be told without calling it. */
export interface KnownTool extends ToolOffer {
  /** Where it comes from, for permissions, events and errors: `plugin:weather/forecast`. */
  readonly origin: string;
  /** What it gives, where it says so. @default anything */
  readonly output?: JsonSchema;
}

/** A tool that is no program: a host function, a plugin's, an MCP server's, an API's operation. */
export interface ForeignTool extends KnownTool {
  /** What its results depend on beside its name and input: a digest. @default nothing more */
  readonly identity?: string;
  /**
   * One call. Calls may run at the same time.
   * @param input meets `input`
   * @throws {ModullmError} where it could not be called at all; a tool that fails says so in its
   * result
   */
  call(input: JsonObject, at: ToolPlace): Promise<ToolResult>;
}

/** For whom a tool is called, and until when. */
export interface ToolPlace {
  readonly principal: Principal;
  readonly signal: AbortSignal;
  /** The run that calls. */
  readonly run: string;
}

/** For whom tools are opened, and until when. */
export interface ToolOpening extends Omit<ToolPlace, "run"> {
  /** The folder of the program: where relative paths of its entries start. Absolute. */
  readonly folder: string;
}

/** What can be told of an entry without starting or reaching anything. */
export interface ToolKnowledge {
  /** Its tools, `only` and `as` applied; null where that is not known. */
  readonly tools: readonly KnownTool[] | null;
  /** Why not; a sentence without its full stop. Null where they are known. */
  readonly unknown: string | null;
  /** Whom calls reach: `plugin weather`, or the names of hosts. */
  readonly reaches: readonly string[];
}

/** Where tools that are no programs come from: plugins, MCP servers and APIs. */
export interface ToolSource {
  /**
   * The tools of one entry of `tools`, in the order of the source, `only` and `as` applied. Opens
   * what has to be opened; called once a run of a program, before anything is paid.
   * @throws {ModullmError} RLLM_019 or RLLM_025 where the source can't be had, RLLM_008 where it
   * has no such tool, RLLM_021 without a yes to it
   */
  open(entry: ToolEntry, at: ToolOpening): Promise<readonly ForeignTool[]>;
  /**
   * What is on record: a manifest, a pin, a file.
   * @throws {ModullmError} RLLM_008 where it is known that the source has no such tool, or its file
   * can't be read
   */
  known(entry: ToolEntry, at: Pick<ToolOpening, "folder">): Promise<ToolKnowledge>;
}
