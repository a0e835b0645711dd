import type { JsonObject } from "../core/json.ts";
import type { Message } from "../model/model.ts";

/**
 * Conversations, turn by turn. What is kept must be redacted already. Keeping is like all that
 * appends: acknowledged by `flushed()`. Of two versions of one chat or turn the later one stays.
 */
export interface ChatArea {
  /** Keeps a chat in the place of what was kept of it; its turns stay. */
  keep(chat: ChatRecord): void;
  keepTurn(turn: ChatTurn): void;
  /** The chats of a tenant, the last used first. */
  list(filter: ChatFilter): Promise<readonly ChatSummary[]>;
  /** From the oldest. @throws {ModullmError} RLLM_018, like all that reads */
  turns(chat: string): Promise<readonly ChatTurn[]>;
  /** Turns that hold all words of the text, the last word perhaps only begun; newest first. */
  search(text: string, filter: Pick<ChatFilter, "tenant" | "limit">): Promise<readonly ChatFind[]>;
  /** Forgets turns by their ids; their bytes are overwritten. How many there were. */
  removeTurns(ids: readonly string[]): Promise<number>;
  /** Forgets chats by their ids, with all their turns; how many there were. */
  remove(ids: readonly string[]): Promise<number>;
}

export interface ChatFilter {
  /** Whose they are; empty for the user of this machine. */
  readonly tenant: string;
  readonly name?: string;
  readonly limit?: number;
}

export interface ChatRecord {
  readonly id: string;
  readonly tenant: string;
  /** By which it is resumed; one tenant's chats have different ones, as far as can be seen to. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** When it was used last. */
  readonly updated: number;
  /** `provider/name` that is asked next. */
  readonly model: string;
  readonly system: string | null;
  /** Absolute path of the program whose contract its answers meet; null: they are text. */
  readonly program: string | null;
  /** Absolute path of the program that it has its tools from. */
  readonly persona: string | null;
  /** Whether the model may call tools. */
  readonly tools: boolean;
}

export interface ChatSummary extends ChatRecord {
  /** What the user said, answered or not. */
  readonly turns: number;
}

/** What the user said and what came of it; or what stands for the turns before it. */
export interface ChatTurn {
  readonly id: string;
  readonly chat: string;
  /** Milliseconds since the epoch: the order of a chat. */
  readonly asked: number;
  /** When it became what it is. */
  readonly updated: number;
  /**
   * `asked`: the answer is still to come, or the process was killed before. `interrupted`: `answer`
   * is what had come by then. `summary`: `answer` stands for the turns up to `covers`.
   */
  readonly state: "asked" | "answered" | "interrupted" | "failed" | "summary";
  /** As the user wrote it. */
  readonly text: string;
  /** Names of what was attached. */
  readonly files: readonly string[];
  /** The program's input, where the turn opened a program's chat. */
  readonly input: JsonObject | null;
  readonly answer: string | null;
  /** The id of the last turn that a summary stands for. */
  readonly covers: string | null;
  /** What it adds to the conversation. */
  readonly messages: readonly Message[];
  readonly model: string;
  readonly run: string | null;
  /** The code that it failed with. */
  readonly error: string | null;
  /** Of all calls of the turn, as far as they were counted. */
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly cost_usd: number | null;
  readonly ms: number | null;
}

export interface ChatFind {
  readonly chat: string;
  readonly name: string;
  readonly asked: number;
  /** The words around the first find, on one line. */
  readonly excerpt: string;
}
