import { createCompiler } from "../../src/contract/compiler.ts";
import { tmpdir } from "node:os";
import type { EngineTools } from "../../src/engine/engine.ts";
import { ModullmError } from "../../src/core/error.ts";
import type { RunEvent } from "../../src/core/events.ts";
import type { Message, Model, ModelRequest } from "../../src/model/model.ts";
import { createPolicy } from "../../src/policy/policy.ts";
import { readerIn } from "../media/reader.ts";
import { sandboxesHere } from "../sandbox/here.ts";
import { createProofs } from "../../src/library/proofs.ts";

const sandboxes = sandboxesHere();

/** What a scripted model says to one call: text, calls of tools, no text at all, or a failure. */
export type Line =
  | Spoken
  | ModullmError
  | ((request: ModelRequest, signal: AbortSignal) => Promise<Spoken>);

export type Spoken = string | null | { readonly text?: string; readonly calls: readonly Called[] };

/** A call of a tool: its name, and its arguments as text or as JSON. */
export type Called = readonly [name: string, input: string | object];

export interface Script {
  readonly tools: EngineTools;
  /** What was asked, in order. */
  readonly asked: {
    model: string;
    messages: readonly Message[];
    tools?: ModelRequest["tools"];
  }[];
}

/**
 * Engine tools around models that follow a script, one line a call; the last line repeats. Clock
 * and ids count up.
 */
export function createScript(lines: Record<string, Line[]>): Script {
  const asked: Script["asked"] = [];
  let id = 0;
  let time = 0;
  let called = 0;
  function model(name: string): Model {
    const script = lines[name];
    if (!script)
      throw new ModullmError("RLLM_014", `no key for ${name}`, { details: { model: name } });
    return {
      id: name,
      window: null,
      async ready() {},
      async *call(request, signal) {
        asked.push({ model: name, messages: request.messages, ...toolsIn(request) });
        const line = script.length > 1 ? script.shift() : script[0];
        if (line instanceof ModullmError) throw line;
        const spoken = (typeof line === "function" ? await line(request, signal) : line) ?? null;
        const { text, calls = [] } = isCalling(spoken) ? spoken : { text: spoken };
        if (typeof text === "string") yield { type: "text", text };
        for (const [tool, input] of calls)
          yield {
            type: "tool-call",
            id: `call_${++called}`,
            name: tool,
            arguments: typeof input === "string" ? input : JSON.stringify(input),
          };
        yield {
          type: "finish",
          reason: "stop",
          usage: { prompt_tokens: 10, completion_tokens: 5 },
          served: null,
        };
      },
    };
  }
  const tools: EngineTools = {
    model: async (name) => model(name),
    catalog: {
      facts: async (name) =>
        name === "priced/m"
          ? { window: null, maxOutput: null, inputPrice: 1, outputPrice: 2 }
          : null,
    },
    tokens: {
      bound: (text) => text.length,
      count: async (text) => Math.ceil(text.length / 2),
      attachment: () => 100,
    },
    clock: {
      now: () => time,
      ticks: () => ++time,
      after: (milliseconds, callback) => stopper(setTimeout(callback, milliseconds)),
    },
    tools: null,
    sandboxes,
    media: readerIn(tmpdir()),
    answers: null,
    unfinished: null,
    policy: createPolicy({ trustedPython: true, require: null }),
    redactor: null,
    proofs: createProofs(null),
    newId: () => `run-${++id}`,
    compile: createCompiler(),
    sketch: () => "{ out: string }",
  };
  return { tools, asked };
}

function toolsIn({ tools }: ModelRequest): Pick<ModelRequest, "tools"> {
  return tools === undefined ? {} : { tools };
}

function isCalling(spoken: Spoken): spoken is Exclude<Spoken, string | null> {
  return typeof spoken === "object" && spoken !== null;
}

/** Events without their times. */
export function shapes(events: readonly RunEvent[]): string[] {
  return events.map((event) => {
    if (event.type === "stage-start" || event.type === "stage-end")
      return `${event.run} ${event.type} ${event.stage}`;
    if (event.type === "attempt-end") return `${event.run} ${event.type} ${event.error ?? "ok"}`;
    if (event.type === "run-end")
      return `${event.run} ${event.type} ${event.error?.error_code ?? "ok"}`;
    return `${event.run} ${event.type}`;
  });
}

function stopper(timer: ReturnType<typeof setTimeout>): () => void {
  return () => clearTimeout(timer);
}
