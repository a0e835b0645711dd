import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChatRecord, ChatTurn } from "../../src/store/chats.ts";
import type { AttemptRecord, RunFilter, RunRecord } from "../../src/store/runs.ts";
import type { Store } from "../../src/store/store.ts";

export function attempt(over: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    model: "local/test",
    ms: 90,
    promptTokens: 10,
    completionTokens: 6,
    usd: 0.001,
    error: null,
    edits: [],
    ...over,
  };
}

export function run(over: Partial<RunRecord> = {}): RunRecord {
  return {
    id: crypto.randomUUID(),
    parent: null,
    path: "/programs/a.rllm",
    name: "a",
    version: "1.0.0",
    model: "local/test",
    started: 1_700_000_000_000,
    ms: 100,
    ok: true,
    error: null,
    inputOk: true,
    outputOk: true,
    tags: {},
    attempts: [attempt()],
    ...over,
  };
}

export function chat(over: Partial<ChatRecord> = {}): ChatRecord {
  return {
    id: crypto.randomUUID(),
    tenant: "",
    name: "talk",
    created: 1,
    updated: 1,
    model: "local/test",
    system: null,
    program: null,
    persona: null,
    tools: true,
    ...over,
  };
}

export function turn(over: Partial<ChatTurn> = {}): ChatTurn {
  return {
    id: crypto.randomUUID(),
    chat: "c",
    asked: 1,
    updated: 1,
    state: "answered",
    text: "What is it?",
    files: [],
    input: null,
    answer: "It is this.",
    covers: null,
    messages: [
      { role: "user", content: "What is it?" },
      { role: "assistant", content: "It is this." },
    ],
    model: "local/test",
    run: "r",
    error: null,
    prompt_tokens: 10,
    completion_tokens: 6,
    cost_usd: 0.001,
    ms: 100,
    ...over,
  };
}

/** An empty folder that is gone when the scope ends. */
export function folder(): { readonly path: string; file(name: string): string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "store-"));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

export function neverWarn(message: string): void {
  throw new Error(`unexpected warning: ${message}`);
}

/** What meets the filter, oldest first. */
export async function runsOf(store: Store, filter: RunFilter = {}): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for await (const each of store.runs.query(filter)) runs.unshift(each);
  return runs;
}
