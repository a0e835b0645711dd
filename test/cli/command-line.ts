import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Policy } from "../../src/policy/policy.ts";
import { runCommandLine } from "../../src/cli/index.ts";

export interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON; throws where it is none. */
  json(): unknown;
}

export interface Setting {
  readonly folder?: string;
  readonly env?: Record<string, string>;
  readonly stdin?: string | Uint8Array;
  readonly tty?: boolean;
  /** @default what `tty` says */
  readonly stdoutTty?: boolean;
  /** Whether stdout and stderr are one pipe. @default false */
  readonly oneStream?: boolean;
  /** What a user at the terminal types when asked; `tty` goes with it. */
  readonly typed?: string;
  /** Whether the user then types nothing more, but does not close the input. @default false */
  readonly silent?: boolean;
  readonly signal?: AbortSignal;
  /** @default what the configuration says */
  readonly policy?: Policy;
}

/**
 * Files in a new folder, which is the home of its own world: configuration, data and state are
 * below it.
 */
export function makeFolder(files: Record<string, string> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "modullm-")));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export function worldOf(folder: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: join(folder, "home"),
    XDG_CONFIG_HOME: join(folder, "config"),
    XDG_DATA_HOME: join(folder, "data"),
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
  };
}

/** The command line through its front door, in this process. */
export async function modullm(args: readonly string[], setting: Setting = {}): Promise<Outcome> {
  const folder = setting.folder ?? makeFolder();
  let [stdout, stderr] = ["", ""];
  const tty = setting.tty ?? setting.typed !== undefined;
  const given = setting.typed ?? setting.stdin;
  const bytes =
    typeof given === "string" ? new TextEncoder().encode(given) : (given ?? new Uint8Array());
  const exit = await runCommandLine(args, {
    env: { ...worldOf(folder), ...setting.env },
    cwd: folder,
    stdoutIsTty: setting.stdoutTty ?? tty,
    stderrIsTty: tty,
    stdinIsTty: setting.typed !== undefined,
    oneStream: setting.oneStream ?? false,
    ...(setting.policy === undefined ? {} : { policy: setting.policy }),
    columns: 80,
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    async *stdin() {
      yield bytes;
      if (setting.silent === true) await new Promise(() => {});
    },
    onInterrupt(callback) {
      setting.signal?.addEventListener("abort", callback);
      return () => setting.signal?.removeEventListener("abort", callback);
    },
  });
  return { exit, stdout, stderr, json: () => JSON.parse(stdout) as unknown };
}

export interface ModelServer {
  readonly env: Record<string, string>;
  readonly asked: { model: string; messages: { role: string; content: string }[] }[];
  stop(): void;
}

/**
 * An OpenAI-compatible server behind `local/…` that gives the replies in order; the last one
 * repeats.
 */
export function serveModel(replies: readonly string[]): ModelServer {
  const left = [...replies];
  const asked: ModelServer["asked"] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method !== "POST") return new Response("no lists here", { status: 404 });
      const body = (await request.json()) as {
        model: string;
        messages: ModelServer["asked"][number]["messages"];
        stream?: boolean;
      };
      asked.push({ model: body.model, messages: body.messages });
      const content = left.length > 1 ? left.shift() : left[0];
      const usage = { prompt_tokens: 10, completion_tokens: 6, total_tokens: 16 };
      const head = { id: "c1", created: 0, model: body.model };
      if (!body.stream) {
        return Response.json({
          ...head,
          object: "chat.completion",
          usage,
          choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
        });
      }
      const chunk = (delta: object, finish: string | null, rest: object = {}) =>
        `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }], ...rest })}\n\n`;
      const pieces = (content ?? "").match(/.{1,4}/gs) ?? [];
      const text = [
        ...pieces.map((piece) => chunk({ content: piece }, null)),
        chunk({}, "stop", { usage }),
        "data: [DONE]\n\n",
      ].join("");
      return new Response(text, { headers: { "content-type": "text/event-stream" } });
    },
  });
  return {
    asked,
    env: { LOCAL_API_BASE: `http://127.0.0.1:${server.port}/v1` },
    stop: () => void server.stop(true),
  };
}

/** A small valid program; `front` lines replace or add keys. */
export function programText(
  front: Record<string, string> = {},
  body = "Say {{input.text}}",
): string {
  const keys: Record<string, string> = {
    name: "base",
    description: "d",
    version: "0.1.0",
    author: "a",
    max_context_window: "1000",
    input_schema: "{type: object, properties: {text: {type: string}}, additionalProperties: false}",
    output_schema:
      "{type: object, properties: {out: {type: string}}, required: [out], additionalProperties: false}",
    llm: "{model: local/test}",
    llm_params: "{}",
    ...front,
  };
  const lines = Object.entries(keys).map(([key, value]) => `${key}: ${value}`);
  return `---\n${lines.join("\n")}\n---\n${body}`;
}
