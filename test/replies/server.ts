import { afterEach } from "bun:test";
import { makeFolder, modullm } from "../cli/command-line.ts";
import { answers, openServer, streams } from "../model/faulty-server.ts";
import type { Act, FaultyServer } from "../model/faulty-server.ts";

const opened: FaultyServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

export interface Setting {
  /** `llm_params`, as YAML in braces. */
  readonly params?: string;
  /** More lines of the frontmatter. */
  readonly more?: string;
  readonly output?: string;
  readonly model?: string;
  readonly prompt?: string;
  readonly text?: string;
  readonly arguments?: readonly string[];
  /** Settings that say where the server is. @default vllm's */
  env?(server: FaultyServer): Readonly<Record<string, string>>;
}

export interface Ran {
  readonly status: number;
  /** What stdout has: the output, or the error. */
  readonly output: Record<string, unknown>;
  readonly details: Record<string, unknown>;
  readonly stderr: string;
  readonly server: FaultyServer;
}

/** Runs a program through the command line at a server that does these things in turn. */
export async function run(setting: Setting, ...acts: readonly Act[]): Promise<Ran> {
  const server = await openServer(...acts);
  opened.push(server);
  const folder = makeFolder({ "p.rllm": programOf(setting) });
  const env = setting.env?.(server) ?? { VLLM_API_BASE: server.url };
  const { text = "x", arguments: more = [] } = setting;
  const {
    exit: status,
    stdout,
    stderr,
  } = await modullm(["run", "p.rllm", "--text", text, ...more], {
    folder,
    env: { ...env },
  });
  const output = JSON.parse(stdout) as Record<string, unknown>;
  const details = (output["details"] ?? {}) as Record<string, unknown>;
  return { status, output, details, stderr, server };
}

function programOf({
  params = "{}",
  more = "",
  output = "{ type: object, properties: { n: { type: integer } }, required: [n] }",
  model = "vllm/any",
  prompt = "Say it: {{input.text}}",
}: Setting): string {
  return `---
name: p
description: A trial.
version: 0.1.0
author: t
max_context_window: 1000000
input_schema: { type: object, properties: { text: { type: string } }, required: [text] }
output_schema: ${output}
llm: { model: ${model} }
llm_params: ${params}
${more}
---
${prompt}
`;
}

/** One choice of a whole chat completion. */
export function chat(
  message: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
  body: Readonly<Record<string, unknown>> = {},
): Act {
  const choice = { index: 0, finish_reason: "stop", message, ...more };
  return answers(200, { object: "chat.completion", choices: [choice], ...body });
}

/** The pieces of a stream; a text is sent as it is. */
export function events(...pieces: readonly unknown[]): Act {
  return streams(
    pieces.map((piece) =>
      typeof piece === "string" ? piece : `data: ${JSON.stringify(piece)}\n\n`,
    ),
  );
}

export function delta(content: string, finish: string | null = null): unknown {
  return { choices: [{ index: 0, delta: { content }, finish_reason: finish }] };
}
