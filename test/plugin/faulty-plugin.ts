/**
 * A plugin that misbehaves once, in the way its first argument names, and is well-behaved from then
 * on, also in its next life: that it has happened is kept in the file its second argument names. It
 * writes the protocol by hand, so that it can break it. How it behaves well, the name of the model
 * says.
 *   bun faulty-plugin.ts FAULT MARKER
 */
import { spawn } from "node:child_process";
import { closeSync, existsSync, writeFileSync, writeSync } from "node:fs";

const [, , fault = "", marker = ""] = process.argv;
type Request = { id: number; method: string; params: Record<string, unknown> };
const RESULT = { reason: "stop", usage: { prompt_tokens: 3, completion_tokens: 2 }, served: null };
const MIB = 1024 * 1024;

function write(bytes: string | Uint8Array): void {
  let rest: Uint8Array = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (thrown) {
      if ((thrown as { code?: string }).code !== "EAGAIN") throw thrown;
      Bun.sleepSync(1);
    }
  }
}

const send = (message: unknown): void => write(`${JSON.stringify(message)}\n`);
const answer = (id: unknown, result: unknown): void => send({ jsonrpc: "2.0", id, result });
const part = (id: unknown, text: string): void =>
  send({ jsonrpc: "2.0", method: "chat/part", params: { id, part: { type: "text", text } } });
const raw = (id: number, result: string): void =>
  write(`{"jsonrpc":"2.0","id":${id},"result":${result}}\n`);

function hang(): void {
  for (;;) Bun.sleepSync(1000);
}

function welcome(id: number, more: Record<string, unknown> = {}): void {
  const provides = ["chat", "embed", "models/list", "models/pull", "tokens/count"];
  answer(id, { protocol_version: 1, name: "faulty", version: "1.0.0", provides, ...more });
}

/** What goes wrong before or at `initialize`. */
const AT_START: Record<string, (request: Request) => void> = {
  "start-hang": () => hang(),
  "start-slow": ({ id }) => {
    Bun.sleepSync(4000);
    welcome(id);
  },
  "start-garbage": () => write("Listening on port 8080\n"),
  "start-version-3": ({ id }) => welcome(id, { protocol_version: 3 }),
  "start-version-0": ({ id }) => welcome(id, { protocol_version: 0 }),
  "start-version-text": ({ id }) => welcome(id, { protocol_version: "1" }),
  "start-error": ({ id }) =>
    send({ jsonrpc: "2.0", id, error: { code: -32_603, message: "no settings" } }),
  "start-wrong-result": ({ id }) => answer(id, { protocol_version: 1 }),
  "start-exit-0": () => process.exit(0),
  "start-exit-3": () => process.exit(3),
};

/** What goes wrong at a chat. */
const AT_CHAT: Record<string, (request: Request) => void> = {
  hang: () => hang(),
  stall: ({ id }) => {
    part(id, "once");
    hang();
  },
  "exit-0": () => process.exit(0),
  "exit-7": () => {
    writeSync(2, "the disk is full\n");
    process.exit(7);
  },
  "leaks-key": () => {
    writeSync(
      2,
      `the key is ${process.env["FAULTY_API_KEY"]}, settings ${JSON.stringify(settings)}\n`,
    );
    process.exit(7);
  },
  killed: () => process.kill(process.pid, "SIGKILL"),
  "crash-half-way": ({ id }) => {
    part(id, "half an ans");
    process.kill(process.pid, "SIGKILL");
  },
  "flood-garbage": () => {
    for (;;) write("all work and no play\n".repeat(1000));
  },
  "flood-without-end-of-line": () => {
    for (;;) write("x".repeat(65_536));
  },
  "line-of-100-mb": ({ id }) => {
    write(`{"jsonrpc":"2.0","id":${id},"result":"`);
    for (let mib = 0; mib < 100; mib++) write("x".repeat(MIB));
    write('"}\n');
  },
  "flood-stderr": () => {
    for (;;) writeSync(2, "warning: nothing is wrong\n".repeat(1000));
  },
  "half-a-line-exit": ({ id }) => {
    write(`{"jsonrpc":"2.0","id":${id},"res`);
    process.exit(0);
  },
  "half-a-line-hang": ({ id }) => {
    write(`{"jsonrpc":"2.0","id":${id},"res`);
    hang();
  },
  "wrong-id": ({ id }) => answer(id + 1, RESULT),
  "text-id": ({ id }) => answer(String(id), RESULT),
  "no-id": () => send({ jsonrpc: "2.0", result: RESULT }),
  "null-id-error": () =>
    send({ jsonrpc: "2.0", id: null, error: { code: -32_700, message: "Parse error" } }),
  "two-results": ({ id }) => {
    part(id, "fine");
    answer(id, RESULT);
    answer(id, RESULT);
  },
  "part-after-result": ({ id }) => {
    part(id, "fine");
    answer(id, RESULT);
    part(id, "more");
  },
  "no-jsonrpc": ({ id }) => send({ id, result: RESULT }),
  "wrong-jsonrpc": ({ id }) => send({ jsonrpc: "1.0", id, result: RESULT }),
  batch: ({ id }) => send([{ jsonrpc: "2.0", id, result: RESULT }]),
  scalar: () => write("42\n"),
  "empty-line": () => write("\n"),
  "request-from-plugin": () => send({ jsonrpc: "2.0", id: 1, method: "chat", params: {} }),
  "unknown-notification": () => send({ jsonrpc: "2.0", method: "log", params: { text: "hello" } }),
  "part-for-unknown-id": ({ id }) => part(id + 5, "lost"),
  "part-without-id": () =>
    send({ jsonrpc: "2.0", method: "chat/part", params: { part: { type: "text", text: "" } } }),
  "progress-for-chat": ({ id }) =>
    send({
      jsonrpc: "2.0",
      method: "progress",
      params: { id, message: "", completed: null, total: null },
    }),
  "unknown-part": ({ id }) =>
    send({
      jsonrpc: "2.0",
      method: "chat/part",
      params: { id, part: { type: "picture", text: "x" } },
    }),
  "part-of-wrong-type": ({ id }) =>
    send({ jsonrpc: "2.0", method: "chat/part", params: { id, part: { type: "text", text: 7 } } }),
  "parts-without-end": ({ id }) => {
    const text = "x".repeat(100_000);
    for (let n = 0; n < 400; n++) part(id, text);
  },
  "both-result-and-error": ({ id }) =>
    send({ jsonrpc: "2.0", id, result: RESULT, error: { code: -32_603, message: "both" } }),
  "neither-result-nor-error": ({ id }) => send({ jsonrpc: "2.0", id }),
  "negative-tokens": ({ id }) =>
    answer(id, { ...RESULT, usage: { prompt_tokens: -1, completion_tokens: 2 } }),
  "half-tokens": ({ id }) =>
    answer(id, { ...RESULT, usage: { prompt_tokens: 1.5, completion_tokens: 2 } }),
  "nan-tokens": ({ id }) =>
    raw(id, '{"reason":"stop","usage":{"prompt_tokens":NaN,"completion_tokens":1},"served":null}'),
  "endless-tokens": ({ id }) =>
    raw(
      id,
      '{"reason":"stop","usage":{"prompt_tokens":1e999,"completion_tokens":1},"served":null}',
    ),
  "wrong-types": ({ id }) => answer(id, { reason: 1, usage: "none", served: [] }),
  "missing-keys": ({ id }) => answer(id, { reason: "stop" }),
  "result-null": ({ id }) => answer(id, null),
  "deep-json": ({ id }) => raw(id, `{"reason":${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}}`),
  proto: ({ id }) =>
    write(`{"__proto__":{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify(RESULT)}}}\n`),
  "proto-result": ({ id }) => raw(id, `{"__proto__":${JSON.stringify(RESULT)}}`),
  "nul-byte": ({ id }) => write(`{"jsonrpc":"2.0","id":${id},\0"result":{}}\n`),
  "invalid-utf-8": ({ id }) =>
    write(Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":"\xFF\xFE"}\n`, "latin1")),
  "byte-order-mark": ({ id }) => write(`\uFEFF{"jsonrpc":"2.0","id":${id},"result":{}}\n`),
  "utf-16": ({ id }) => write(Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{}}\n`, "utf16le")),
  "closes-stdout": () => {
    closeSync(1);
    hang();
  },
  "error-of-wrong-type": ({ id }) => send({ jsonrpc: "2.0", id, error: "out of order" }),
  "error-unknown-code": ({ id }) =>
    send({ jsonrpc: "2.0", id, error: { code: 12, message: "out of order" } }),
  "error-cancelled": ({ id }) =>
    send({ jsonrpc: "2.0", id, error: { code: -32_000, message: "cancelled" } }),
  "memory-hog": () => {
    const held: Uint8Array[] = [];
    for (;;) {
      held.push(new Uint8Array(8 * MIB).fill(held.length + 1));
      Bun.sleepSync(5);
    }
  },
  "ignores-cancel": () => undefined,
  "leaves-grandchild": ({ id }) => {
    const child = spawn("sleep", ["600"], { stdio: "inherit" });
    writeFileSync(`${marker}.pid`, String(child.pid));
    part(id, "fine");
    process.kill(process.pid, "SIGKILL");
  },
  "stdin-not-read": () => hang(),
  "reads-late": ({ id }) => {
    Bun.sleepSync(1000);
    answer(id, RESULT);
  },
};

/** Whether to misbehave now; true once. */
function due(faults: Record<string, unknown>): boolean {
  if (faults[fault] === undefined || existsSync(marker)) return false;
  writeFileSync(marker, "");
  return true;
}

const MODELS = [
  "m",
  "silent",
  "waits",
  "counts",
  "echo",
  "notes",
  "env",
  "settings",
  "exits-later",
];
const REFUSALS: Record<string, { code: number; message: string; data?: unknown }> = {
  missing: { code: -32_001, message: "there is no such model", data: { model: "missing" } },
  locked: { code: -32_002, message: "the key is refused" },
  busy: { code: -32_003, message: "come back later", data: { status: 503, retry_after_ms: 20 } },
  refuses: {
    code: -32_004,
    message: "too long",
    data: { status: 400, provider_code: "context_length_exceeded" },
  },
};
/** Chats that wait to be cancelled. */
const waiting = new Set<number>();
/** Chats that wait for company. */
const together: number[] = [];
let pulled = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let settings: unknown = null;

function converse({ id, params }: Request): void {
  const note = (content: Record<string, unknown>): void =>
    send({ jsonrpc: "2.0", method: "chat/part", params: { id, part: content } });
  const model = String(params["model"]);
  const refusal = REFUSALS[model];
  if (refusal !== undefined) return send({ jsonrpc: "2.0", id, error: refusal });
  switch (model) {
    case "silent":
      return answer(id, { reason: "stop", usage: null, served: "silent-1" });
    case "waits":
      return void waiting.add(id);
    case "counts":
      together.push(id);
      clearTimeout(timer);
      timer = setTimeout(() => {
        const all = together.splice(0);
        for (const each of all) {
          part(each, String(all.length));
          answer(each, RESULT);
        }
      }, 300);
      return;
    case "echo":
      part(id, JSON.stringify(params));
      return answer(id, RESULT);
    case "notes":
      note({ type: "alive" });
      note({ type: "reasoning", text: "hm" });
      note({ type: "note", message: "temperature is ignored" });
      note({ type: "text", text: "" });
      break;
    case "env":
      part(id, Object.keys(process.env).toSorted().join(" "));
      return answer(id, RESULT);
    case "settings":
      part(id, JSON.stringify(settings));
      return answer(id, RESULT);
    case "starts-a-process":
      part(id, String(spawn("sleep", ["600"], { stdio: "inherit" }).pid));
      return answer(id, RESULT);
    case "exits-later":
      setTimeout(() => process.exit(0), 50);
      break;
    default:
  }
  part(id, "fine");
  answer(id, RESULT);
}

function cancel(id: number): void {
  if (!waiting.delete(id)) return;
  writeFileSync(`${marker}.cancelled`, String(id));
  send({ jsonrpc: "2.0", id, error: { code: -32_000, message: "cancelled" } });
}

function pull(id: number): void {
  for (const completed of [0, 50, 100])
    send({
      jsonrpc: "2.0",
      method: "progress",
      params: { id, message: "bytes", completed, total: 100 },
    });
  pulled = true;
  answer(id, {});
}

function list(): unknown {
  const models = [...MODELS, ...Object.keys(REFUSALS), ...(pulled ? ["pulled"] : [])].map(
    (name) => ({
      name,
      window: name === "m" ? 4096 : null,
      ...(name === "m"
        ? { schema: "enforced", media: ["image/png", "image/jpeg", "application/pdf"] }
        : {}),
    }),
  );
  return { models };
}

function serve(request: Request): void {
  const { id, method, params } = request;
  switch (method) {
    case "initialize":
      settings = params["settings"];
      return due(AT_START) ? AT_START[fault]?.(request) : welcome(id);
    case "shutdown":
      if (fault === "ignores-shutdown") return;
      answer(id, {});
      return process.exit(0);
    case "cancel":
      return cancel(Number(params["id"]));
    case "health":
      return answer(id, { ok: true, message: "well" });
    case "models/list":
      return answer(id, list());
    case "models/pull":
      return pull(id);
    case "tokens/count":
      return answer(id, { tokens: String(params["text"]).length });
    case "embed": {
      const texts = params["texts"] as string[];
      const vectors = texts.map((_, index) =>
        params["model"] === "ragged" ? Array(index + 1).fill(0) : [1, 2],
      );
      return answer(id, {
        vectors: params["model"] === "short" ? vectors.slice(1) : vectors,
        usage: null,
      });
    }
    case "chat":
      return params["model"] === "m" && due(AT_CHAT)
        ? AT_CHAT[fault]?.(request)
        : converse(request);
    default:
  }
}

if (fault === "ignores-shutdown") {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => undefined);
  setInterval(() => undefined, 1000);
}
if (fault === "before-initialize" && !existsSync(marker)) {
  writeFileSync(marker, "");
  for (let id = 0; id < 100; id++)
    answer(id, { protocol_version: 1, name: "faulty", version: "1.0.0", provides: [] });
}
let open = "";
const decoder = new TextDecoder();
process.stdin.on("data", (bytes: Uint8Array) => {
  open += decoder.decode(bytes, { stream: true });
  const lines = open.split("\n");
  open = lines.pop() ?? "";
  for (const line of lines) serve(JSON.parse(line) as Request);
});
if (fault !== "ignores-shutdown") process.stdin.on("end", () => process.exit(0));
