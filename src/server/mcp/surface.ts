import type {
  CallToolResult,
  GetPromptResult,
  InputRequiredResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  Server,
  ServerContext,
  ServerOptions,
  Tool,
} from "@modelcontextprotocol/server";
import type { Principal } from "../../core/principal.ts";

/**
 * What is offered over the protocol: a library, or what the conformance suite calls. Everything is
 * asked for by a principal, and what that principal may not have is not there. A `ProtocolError`
 * that is thrown goes out as such; anything else counts as a bug of ours.
 */
export interface Surface {
  /** Tells a model what is here. */
  readonly instructions: string;
  /** Capabilities beside tools, prompts and resources. */
  readonly options?: Pick<ServerOptions, "capabilities" | "requestState">;
  /** The same list in the same order, whatever was asked before. */
  tools(principal: Principal): Promise<readonly Tool[]>;
  /** Whether a call becomes a task, for clients that know tasks. */
  taskOf(tool: string, hasInputs: boolean): TaskMode;
  /** A run that fails is a result with `isError`. */
  call(tool: string, given: Arguments, call: Call): Promise<CallToolResult | InputRequiredResult>;
  prompts(principal: Principal, cursor: string | null): Promise<Page<"prompts", Prompt>>;
  prompt(
    name: string,
    given: Readonly<Record<string, string>>,
    call: Call,
  ): Promise<GetPromptResult | InputRequiredResult>;
  resources(principal: Principal, cursor: string | null): Promise<Page<"resources", Resource>>;
  readonly templates: readonly ResourceTemplateType[];
  /** Null for an address that leads nowhere. */
  read(uri: string, principal: Principal): Promise<ReadResourceResult | null>;
  /** Adds the handlers that its capabilities want. */
  extend?(server: Server, notify: Notify): void;
}

/** `must`: clients that know no tasks are refused. */
export type TaskMode = "never" | "may" | "must";

export type Arguments = Readonly<Record<string, unknown>>;

export type Page<Key extends string, Item> = Readonly<Record<Key, Item[]>> & {
  readonly nextCursor?: string;
};

/** One call, and how to reach whoever made it. */
export interface Call {
  readonly principal: Principal;
  /** Aborted when the client cancels the call, or is gone. */
  readonly signal: AbortSignal;
  /** Tells the client how far it is; does nothing where the client did not ask. */
  readonly progress: (report: ProgressReport) => void;
  /** What the client answered to an `input_required` result. */
  readonly inputs: Readonly<Record<string, unknown>> | undefined;
  /** The SDK's own, for what only the fixtures do. */
  readonly context: ServerContext;
}

export interface ProgressReport {
  /** Greater with each report. */
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** Tells all subscribers that a list has changed. */
export interface Notify {
  toolsChanged(): void;
  promptsChanged(): void;
}
