import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, modullm, type Outcome, programText } from "../cli/command-line.ts";
import { serveTurns, type ToolServer, type Turn } from "../plugin/tool-server.ts";

/** A folder with servers in its configuration, and programs that name their tools. */
export interface World {
  readonly folder: string;
  /** The command line in it. */
  modullm(args: readonly string[], env?: Record<string, string>): Promise<Outcome>;
  /** Runs a program whose model takes these turns. */
  run(tools: string, turns: readonly Turn[], front?: Record<string, string>): Promise<Ran>;
  configure(config: object): void;
  stop(): void;
}

export interface Ran {
  readonly outcome: Outcome;
  /** What the model was told by tools, in order. */
  readonly results: readonly string[];
  /** The tools that it was offered in its first turn. */
  readonly offered: readonly string[];
}

export function createWorld(config: object): World {
  const folder = makeFolder();
  const models: ToolServer[] = [];

  function configure(now: object): void {
    const path = join(folder, "config/modullm/config.yaml");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(now));
  }

  configure(config);
  return {
    folder,
    configure,
    modullm: (args, env = {}) => modullm(args, { folder, env }),
    async run(tools, turns, front = {}) {
      const model = serveTurns(turns);
      models.push(model);
      const keys = { llm: "{model: local/m}", max_context_window: "20000", tools, ...front };
      writeFileSync(join(folder, "desk.rllm"), programText(keys));
      const args = ["run", "desk.rllm", "--text", "x"];
      const outcome = await modullm(args, { folder, env: model.env });
      const messages = model.asked.at(-1)?.messages ?? [];
      return {
        outcome,
        results: messages.flatMap(({ role, content }) => (role === "tool" ? [content] : [])),
        offered: (model.asked[0]?.tools ?? []).map((tool) => tool.function.name),
      };
    },
    stop: () => models.splice(0).forEach((model) => model.stop()),
  };
}

export function call(name: string, given: object = {}): Turn {
  return [{ name, arguments: given }];
}

/** The answer of every program here. */
export const DONE = '{"out": "done"}';

/** A server that is a script of the tests, with what it is to do as variables. */
export function scripted(env: Record<string, string> = {}): object {
  return {
    command: process.execPath,
    args: [join(import.meta.dirname, "wayward-server.ts")],
    env,
  };
}
