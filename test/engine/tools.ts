import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "../../src/core/events.ts";
import type { ModullmError } from "../../src/core/error.ts";
import { type LoadedProgram, loadProgram } from "../../src/library/load.ts";
import type { EngineTools } from "../../src/engine/engine.ts";
import type { HostTool } from "../../src/engine/tools/host.ts";
import type { Message } from "../../src/model/model.ts";
import { programText } from "../cli/command-line.ts";
import { type AloneOptions, runAlone } from "./alone.ts";

export type Front = Record<string, string>;

/** Programs by file name without `.rllm`; the first is the one that is loaded. */
export async function programs(files: Record<string, Front | [Front, string]>) {
  const folder = mkdtempSync(join(tmpdir(), "tools-"));
  for (const [name, given] of Object.entries(files)) {
    const [front, body] = Array.isArray(given) ? given : [given, undefined];
    const keys = { name, llm: "{model: a/m}", ...front };
    writeFileSync(join(folder, `${name}.rllm`), programText(keys, body ?? `${name} {{input}}`));
  }
  return await loadProgram(join(folder, `${Object.keys(files)[0]}.rllm`));
}

/** A program with host functions alone. */
export async function desk(front: Front = {}): Promise<LoadedProgram> {
  return await programs({ desk: front });
}

/** A function that gives what it was given, as text. */
export function echo(given: unknown[] = []): HostTool {
  return {
    description: "Says it again",
    input: {
      type: "object",
      properties: { text: { type: "string" }, times: { type: "integer" } },
      required: ["text"],
      additionalProperties: false,
    },
    run: (input) => {
      given.push(input);
      return `${input["text"] as string}!`;
    },
  };
}

export interface Ended {
  readonly output: unknown;
  readonly error: ModullmError | null;
  readonly events: readonly RunEvent[];
}

/** A run and how it ended. */
export async function ended(
  loaded: LoadedProgram,
  tools: EngineTools,
  options: AloneOptions = {},
): Promise<Ended> {
  const events: RunEvent[] = [];
  const run = runAlone(loaded, { text: "x" }, tools, {
    payloads: true,
    listener: (event) => void events.push(event),
    ...options,
  });
  return await run.then(
    ({ output }) => ({ output, error: null, events }),
    (error: ModullmError) => ({ output: null, error, events }),
  );
}

/** What the tools gave the model, in the order in which it reads it. */
export function resultsIn(messages: readonly Message[] | undefined): string[] {
  return (messages ?? []).flatMap((message) => (message.role === "tool" ? message.content : []));
}
