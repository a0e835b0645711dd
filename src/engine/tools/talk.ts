import { ModullmError } from "../../core/error.ts";
import { writeJson } from "../../core/json.ts";
import type { AssistantMessage, Message, ModelRequest, ToolMessage } from "../../model/model.ts";
import type { ToolCall, ToolResult } from "../../model/tool.ts";
import type { Run } from "../state.ts";
import { checkCall, type Made, MOST_ARGUMENTS } from "./call.ts";
import { fitTalk } from "./fit.ts";
import { type Answer, type Asked, makeCalls } from "./make-calls.ts";
import { createResults, type Results, type Shown } from "./results.ts";
import type { Tool } from "./tool.ts";
import { offerOf } from "./toolbox.ts";
import { MOST_CALLS, type Turn } from "./turn.ts";
import { ANSWER_NOW, droppedRemark, repeatedRemark } from "./words.ts";

/** The same call once more than this is not made; and once more than that, it ends the run. */
const MADE_AGAIN = 2;

/** What a model and its tools say to each other, up to the answer. */
export interface Talk {
  /** What the next turn is sent; an answer that is refused, and why, come behind. */
  readonly messages: readonly Message[];
  /** What the model may call in the turn that is next. */
  readonly offered: NonNullable<ModelRequest["tools"]>;
  /**
   * Makes the calls of a turn. @param sent what the turn answered, from here on part of the talk
   * @throws {ModullmError} RLLM_024 when the model can't find an end; what ends the run
   */
  take(turn: Turn, sent: readonly Message[], attempt: number): Promise<void>;
}

export function createTalk(run: Run, tools: readonly Tool[]): Talk {
  return new ToolTalk(run, tools);
}

class ToolTalk implements Talk {
  readonly #run: Run;
  readonly #tools: Map<string, Tool>;
  readonly #results: Results;
  /** Turns in which a call was made, and what it gave last. */
  readonly #known = new Map<string, { turns: number; result: Made }>();
  readonly #counts = new Map<string, number>();
  readonly #ids = new Set<string>();
  #turns = 1;
  messages: readonly Message[];

  constructor(run: Run, tools: readonly Tool[]) {
    this.#run = run;
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.#results = createResults(run.loaded.program.maxContextWindow ?? 0);
    this.messages = run.messages;
  }

  get offered(): NonNullable<ModelRequest["tools"]> {
    const { toolChoice } = this.#run.loaded.program;
    const isFree = this.#turns > 1 && toolChoice !== "none";
    const choice = this.#isLast ? "none" : isFree ? "auto" : toolChoice;
    return offerOf(this.#run, this.#tools.values(), choice);
  }

  async take(turn: Turn, sent: readonly Message[], attempt: number): Promise<void> {
    if (this.offered.choice === "none")
      throw this.#endless(this.#isLast ? "max_turns" : "tool_choice", turn.calls[0]);
    const asked = turn.calls.map((call, index) =>
      this.#ask(call, turn.cut && index === turn.calls.length - 1),
    );
    for (const { call, key } of asked)
      if ((this.#known.get(key)?.turns ?? 0) > MADE_AGAIN) throw this.#endless("repeats", call);
    const made = await this.#answer(asked, attempt);
    const answers = asked.map(({ call }, index) =>
      toolMessage(call, made[index], index === asked.length - 1 ? turn.dropped : 0),
    );
    this.#turns++;
    const now: readonly Message[] = this.#isLast ? [{ role: "user", content: ANSWER_NOW }] : [];
    this.messages = await fitTalk(
      this.#run,
      [...sent, assistantMessage(turn, asked), ...answers, ...now],
      this.#results,
    );
    const { reader } = this.#results;
    if (reader) this.#tools.set(reader.name, reader);
  }

  get #isLast(): boolean {
    return this.#turns >= this.#run.loaded.program.maxTurns;
  }

  #ask(given: ToolCall, cut: boolean): Asked {
    let { id } = given;
    for (let again = 2; this.#ids.has(id); again++) id = `${given.id}_${again}`;
    this.#ids.add(id);
    const call = { ...given, id };
    const checked = checkCall(call, this.#tools, { cut });
    const key = `${call.name} ${checked.ok ? writeJson(checked.input) : call.arguments}`;
    return { call, checked, key };
  }

  /** What each call is answered with, in their order. */
  async #answer(asked: readonly Asked[], attempt: number): Promise<readonly Answer[]> {
    const answers = await makeCalls(this.#run, asked, {
      attempt,
      known: (key) => this.#earlier(key),
      isAllowed: (tool) => this.#count(tool),
      show: (call, result) => this.#show(call, result),
    });
    const results = new Map(asked.map(({ key }, index) => [key, answers[index]?.result]));
    for (const [key, result] of results) {
      const turns = (this.#known.get(key)?.turns ?? 0) + 1;
      if (result) this.#known.set(key, { turns, result });
    }
    return answers;
  }

  /** What a call gave before, once it was made often enough. */
  #earlier(key: string): Made | null {
    const known = this.#known.get(key);
    return known && known.turns >= MADE_AGAIN ? known.result : null;
  }

  /** Whether a tool may be called once more; counts the call. */
  #count({ name, most }: Tool): boolean {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return most === null || count <= most;
  }

  #show({ id, name }: ToolCall, result: ToolResult): Shown {
    const { content } = result;
    if (name === this.#results.reader?.name) return { text: content, shown: content.length };
    return this.#results.show(id, result);
  }

  #endless(
    limit: "max_turns" | "repeats" | "tool_choice",
    call: ToolCall | undefined,
  ): ModullmError {
    const { name, maxTurns } = this.#run.loaded.program;
    const tool = call?.name.slice(0, 100) ?? "";
    const reason =
      limit === "repeats"
        ? `it called "${tool}" with the same arguments for the ${MADE_AGAIN + 2}th time`
        : limit === "tool_choice"
          ? `it called "${tool}", but tool_choice is none`
          : `it still called "${tool}" when its answer had to come, in turn ${maxTurns}`;
    const calls = this.#ids.size + (limit === "repeats" ? 0 : 1);
    return new ModullmError("RLLM_024", `"${name}" got no answer from its model: ${reason}`, {
      details: { tool, calls, turns: this.#turns, limit, reason },
    });
  }
}

/** @param dropped calls behind it that were not made */
function toolMessage(
  { id, name }: ToolCall,
  answer: Answer | undefined,
  dropped: number,
): ToolMessage {
  if (!answer) throw new Error("a call was not answered");
  const { result, text, repeated } = answer;
  const remarks = [
    ...(repeated ? [repeatedRemark(name)] : []),
    ...(dropped > 0 ? [droppedRemark(dropped, MOST_CALLS)] : []),
  ];
  const content = [text, ...remarks].join("\n");
  const { attachments = [], failed } = result;
  const message: ToolMessage = { role: "tool", content, call: { id, name }, failed };
  return attachments.length === 0 ? message : { ...message, attachments };
}

/** Arguments that are too long to read are not sent back. */
function assistantMessage(turn: Turn, asked: readonly Asked[]): AssistantMessage {
  const { text, kept, files } = turn;
  const calls = asked.map(({ call }) =>
    call.arguments.length > MOST_ARGUMENTS ? { ...call, arguments: "{}" } : call,
  );
  return {
    role: "assistant",
    content: text,
    calls,
    ...(kept.length > 0 ? { kept } : {}),
    ...(files.length > 0 ? { attachments: files } : {}),
  };
}
