import { ModullmError } from "../core/error.ts";
import type { ChatRecord, ChatTurn } from "../store/chats.ts";
import { FULL } from "./compact.ts";
import { lastTurn } from "./history.ts";
import type { ChatKeeper } from "./keeper.ts";
import { KeptChat } from "./kept-chat.ts";
import { messageOf, type UserMessage } from "./message.ts";
import { isChatName, nameFor } from "./names.ts";
import {
  type ChatWorld,
  type Next,
  opens,
  runTurn,
  summarise,
  tokensOf,
  type Watch,
  windowOf,
} from "./turn.ts";
import { createEar } from "./usage.ts";

/** A turn's watcher that is also told when the conversation has to be shortened. */
export interface ChatWatch extends Watch {
  readonly tell?: (event: ChatEvent) => void;
}

export type ChatEvent =
  | { readonly type: "shortening"; readonly turns: number }
  | { readonly type: "shortened"; readonly turns: number; readonly summary: string };

/** A conversation. Each turn is a run of the engine, and is kept before and after it. */
export class Chat {
  readonly #world: ChatWorld;
  readonly #kept: KeptChat;
  /** Messages of this process with their secrets, by the turn's id: to be asked again. */
  readonly #said = new Map<string, UserMessage>();

  /** @param record one without a name is given one by its first message */
  constructor(
    world: ChatWorld,
    keeper: ChatKeeper,
    { record, turns }: { readonly record: ChatRecord; readonly turns: readonly ChatTurn[] },
  ) {
    this.#world = world;
    this.#kept = new KeptChat(keeper, { record, turns }, world.app.tools);
  }

  get record(): ChatRecord {
    return this.#kept.record;
  }

  /** From the oldest, summaries too. */
  get turns(): readonly ChatTurn[] {
    return this.#kept.turns;
  }

  get world(): ChatWorld {
    return this.#world;
  }

  /** Whether the next message is the input of the chat's program. */
  get opens(): boolean {
    return opens(this.#world, this.turns);
  }

  /** Names of the tools that the model may call while tools are on; of a plugin, its own name. */
  get tools(): readonly string[] {
    const { persona, program } = this.#world;
    const source = persona ?? program;
    const plugins = source?.program.tools.filter(({ from }) => from.kind !== "program") ?? [];
    return [...(source?.tools ?? []), ...plugins.map(({ from }) => from)].map(({ name }) => name);
  }

  /**
   * The user's next turn. One that is stopped is given back with what had come.
   * @throws {ModullmError} what the run ends with; the turn is kept as failed
   */
  async ask(message: UserMessage, watch: ChatWatch): Promise<ChatTurn> {
    return await this.#take({ message, before: this.turns }, watch, false);
  }

  /**
   * Asks the last turn's message again: the old answer goes once there is a new one. Null: nothing
   * was asked yet.
   */
  async retry(watch: ChatWatch): Promise<ChatTurn | null> {
    const last = lastTurn(this.turns);
    if (last === null) return null;
    const message = this.#said.get(last.id) ?? messageOf(last);
    const before = this.turns.filter(({ id }) => id !== last.id);
    const known = this.turns;
    try {
      const again = await this.#take({ message, before }, watch, true);
      const isBetter = again.answer !== null || last.answer === null;
      await this.#kept.forget(isBetter ? last.id : again.id);
      return again;
    } catch (thrown) {
      for (const { id, state } of this.turns)
        if (state === "failed" && !known.some((turn) => turn.id === id))
          await this.#kept.forget(id);
      throw thrown;
    }
  }

  /** Takes the last turn back, for good; null where there is none. */
  async undo(): Promise<ChatTurn | null> {
    const last = lastTurn(this.turns);
    if (last !== null) await this.#kept.forget(last.id);
    return last;
  }

  /** @throws {ModullmError} RLLM_002 for a name that can't be, or is another chat's */
  async rename(name: string): Promise<void> {
    if (!isChatName(name))
      throw notThisName(name, "letters, digits, dots, _ and - are wanted, a letter or digit first");
    if (name !== this.record.name && (await this.#kept.names()).has(name))
      throw notThisName(name, "another chat has it");
    await this.change({ name });
  }

  async change(
    changes: Partial<Pick<ChatRecord, "model" | "system" | "tools" | "name">>,
  ): Promise<void> {
    await this.#kept.change(changes);
  }

  /** Tokens of the conversation as it stands, and those that there is room for. */
  async size(): Promise<{ readonly tokens: number; readonly window: number | null }> {
    const next = { record: this.record, message: { text: "" }, before: this.turns };
    const tokens = this.opens ? 0 : await tokensOf(this.#world, next);
    return { tokens, window: await windowOf(this.#world, this.record.model) };
  }

  async #take(
    { message, before }: Omit<Next, "record">,
    watch: ChatWatch,
    fresh: boolean,
  ): Promise<ChatTurn> {
    const world = this.#world;
    if (this.record.name === "") {
      const words = world.program?.program.name ?? message.text;
      await this.#kept.change({ name: nameFor(words, await this.#kept.names()) });
    }
    const next = await this.#fitted({ record: this.record, message, before }, watch);
    const { ticks } = world.app.tools.clock;
    const start = ticks();
    const turn = await this.#kept.keep(this.#kept.newTurn(message));
    this.#said.set(turn.id, message);
    const ear = createEar();
    let outcome = await runTurn(world, next, { ...watch, ear, fresh });
    if (outcome.error?.details["provider_code"] === "context_length_exceeded") {
      // The window is smaller than what is known of the model.
      const shorter = await this.#shortened(next, watch, await tokensOf(world, next));
      if (shorter !== next) outcome = await runTurn(world, shorter, { ...watch, ear, fresh });
    }
    const { error, ...ending } = outcome;
    const facts = { run: ear.run, ms: Math.round(ticks() - start), ...ear.counted() };
    const done = { ...turn, ...ending, ...facts, error: error?.code ?? null };
    const kept = await this.#kept.keep(done);
    if (error !== null && kept.state === "failed") throw error;
    return kept;
  }

  /** The same request, with a summary in the place of its oldest turns where that is needed. */
  async #fitted(next: Next, watch: ChatWatch): Promise<Next> {
    if (opens(this.#world, next.before)) return next;
    const window = await windowOf(this.#world, next.record.model);
    if (window === null || (await tokensOf(this.#world, next)) <= window * FULL) return next;
    return await this.#shortened(next, watch, window);
  }

  async #shortened(next: Next, watch: ChatWatch, window: number): Promise<Next> {
    const { tell = nothing } = watch;
    const ear = createEar();
    const begins = (turns: number): void => tell({ type: "shortening", turns });
    const shorter = await summarise(this.#world, next, { ...watch, window, begins, ear });
    if (shorter === null) return next;
    const { summary: answer, covers, turns } = shorter;
    const facts = { state: "summary", answer, covers, messages: [], run: ear.run } as const;
    const turn = { ...this.#kept.newTurn({ text: "" }), ...facts, ...ear.counted() };
    const kept = await this.#kept.keep(turn);
    tell({ type: "shortened", turns, summary: answer });
    return { ...next, before: [...next.before, kept] };
  }
}

function notThisName(name: string, reason: string): ModullmError {
  return new ModullmError("RLLM_002", `A chat can't be called "${name}": ${reason}`, {
    details: { field: "name", value: name },
  });
}

function nothing(): void {}
