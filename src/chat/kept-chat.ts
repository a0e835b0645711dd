import type { EngineTools } from "../engine/engine.ts";
import type { ChatRecord, ChatTurn } from "../store/chats.ts";
import type { ChatKeeper } from "./keeper.ts";
import { namesOf, type UserMessage } from "./message.ts";
import { askedMessages } from "./turn.ts";

/** A chat and its turns as they are, and as they are kept. */
export class KeptChat {
  readonly #keeper: ChatKeeper;
  readonly #tools: Pick<EngineTools, "clock" | "newId">;
  record: ChatRecord;
  turns: readonly ChatTurn[];

  constructor(
    keeper: ChatKeeper,
    { record, turns }: { readonly record: ChatRecord; readonly turns: readonly ChatTurn[] },
    tools: Pick<EngineTools, "clock" | "newId">,
  ) {
    this.#keeper = keeper;
    this.#tools = tools;
    this.record = record;
    this.turns = turns;
  }

  /** A turn that is about to be asked; not kept yet. */
  newTurn(message: UserMessage): ChatTurn {
    const asked = Math.max(this.#now(), (this.turns.at(-1)?.asked ?? 0) + 1);
    return {
      id: this.#tools.newId(),
      chat: this.record.id,
      asked,
      updated: asked,
      state: "asked",
      text: message.text,
      files: namesOf(message),
      input: message.input ?? null,
      answer: null,
      covers: null,
      messages: askedMessages(message),
      model: this.record.model,
      run: null,
      error: null,
      prompt_tokens: null,
      completion_tokens: null,
      cost_usd: null,
      ms: null,
    };
  }

  /** Keeps what was changed of the chat. A chat in which nothing was said is not kept. */
  async change(changes: Partial<ChatRecord>): Promise<void> {
    this.#update(changes);
    if (this.turns.length > 0) await this.#keeper.keep(this.record);
  }

  /** Keeps a turn that is new or has changed, with the chat. @returns it without secrets */
  async keep(turn: ChatTurn): Promise<ChatTurn> {
    this.#update({});
    const kept = this.#keeper.redacted({ ...turn, updated: Math.max(turn.updated, this.#now()) });
    this.turns = [...this.turns.filter(({ id }) => id !== kept.id), kept];
    await this.#keeper.keep(this.record, kept);
    return kept;
  }

  async forget(id: string): Promise<void> {
    this.turns = this.turns.filter((turn) => turn.id !== id);
    await this.#keeper.chats?.removeTurns([id]);
  }

  /** Names of all chats that are kept. */
  async names(): Promise<ReadonlySet<string>> {
    const { chats, tenant } = this.#keeper;
    return new Set((await chats?.list({ tenant }))?.map(({ name }) => name));
  }

  #update(changes: Partial<ChatRecord>): void {
    const updated = Math.max(this.#now(), this.record.updated + 1);
    this.record = this.#keeper.redacted({ ...this.record, ...changes, updated });
  }

  #now(): number {
    return this.#tools.clock.now();
  }
}
