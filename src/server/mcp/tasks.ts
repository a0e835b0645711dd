import {
  type CallToolResult,
  type InputRequiredResult,
  isInputRequiredResult,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import { isObject } from "../../core/json.ts";
import type { Call } from "./surface.ts";

/** What a client is told of a task, in the words of the extension. */
export interface TaskView {
  readonly taskId: string;
  readonly status: "working" | "input_required" | "completed" | "failed" | "cancelled";
  /** How far it is. */
  readonly statusMessage?: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  /** Milliseconds from its making for which it can be asked for. */
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
}

/** With what has come of it. */
export interface DetailedTask extends TaskView {
  readonly inputRequests?: InputRequests;
  readonly result?: CallToolResult;
  readonly error?: { readonly code: number; readonly message: string };
}

type InputRequests = NonNullable<InputRequiredResult["inputRequests"]>;

/** Calls that go on while their client does other things. A task is known to its owner only. */
export interface Tasks {
  /** Null where there are too many. @param inputs what the client has answered before */
  start(owner: string, inputs: Call["inputs"], work: TaskWork): TaskView | null;
  get(owner: string, id: string): DetailedTask | null;
  /** Answers to what it asked; it goes on when it has them all. False: there is no such task. */
  update(owner: string, id: string, inputs: Readonly<Record<string, unknown>>): boolean;
  /** False: there is no such task. */
  cancel(owner: string, id: string): boolean;
  /** Cancels all of them. */
  close(): void;
}

export type TaskWork = (
  own: Pick<Call, "signal" | "progress" | "inputs">,
) => Promise<CallToolResult | InputRequiredResult>;

/** An hour. */
const TTL_MS = 3_600_000;
const POLL_MS = 1000;

interface Task {
  readonly owner: string;
  readonly made: number;
  readonly controller: AbortController;
  view: DetailedTask;
  /** What is still asked, and what was answered. */
  asked: InputRequests;
  inputs: Record<string, unknown>;
  goOn: () => void;
}

/** @param most how many are kept, those that have ended included */
export function createTasks({ most }: { readonly most: number }): Tasks {
  const all = new Map<string, Task>();

  function start(owner: string, inputs: Call["inputs"], work: TaskWork): TaskView | null {
    for (const [id, { made, view }] of all)
      if (made + TTL_MS < Date.now() && hasEnded(view)) all.delete(id);
    if (all.size >= most) return null;
    const task = newTask(owner);
    all.set(task.view.taskId, task);
    void follow(task, inputs, work);
    return task.view;
  }

  function own(owner: string, id: string): Task | null {
    const task = all.get(id);
    return task?.owner === owner ? task : null;
  }

  return {
    start,
    get: (owner, id) => own(owner, id)?.view ?? null,
    update(owner, id, inputs) {
      const task = own(owner, id);
      if (task) answer(task, inputs);
      return task !== null;
    },
    cancel(owner, id) {
      const task = own(owner, id);
      if (task) cancel(task);
      return task !== null;
    },
    close() {
      for (const task of all.values()) cancel(task);
    },
  };
}

function newTask(owner: string): Task {
  const made = Date.now();
  const at = new Date(made).toISOString();
  return {
    owner,
    made,
    controller: new AbortController(),
    view: {
      taskId: crypto.randomUUID(),
      status: "working",
      createdAt: at,
      lastUpdatedAt: at,
      ttlMs: TTL_MS,
      pollIntervalMs: POLL_MS,
    },
    asked: {},
    inputs: {},
    goOn() {},
  };
}

async function follow(task: Task, given: Call["inputs"], work: TaskWork): Promise<void> {
  const { signal } = task.controller;
  const progress: Call["progress"] = ({ message }) => {
    if (message !== undefined) change(task, { statusMessage: message });
  };
  try {
    let inputs = given;
    for (;;) {
      const result = await work({ signal, progress, inputs });
      if (!isInputRequiredResult(result)) {
        change(task, { status: "completed", result });
        return;
      }
      inputs = await asked(task, result.inputRequests ?? {});
    }
  } catch (thrown) {
    change(task, { status: "failed", error: protocolError(thrown) });
  }
}

async function asked(task: Task, requests: InputRequests): Promise<Call["inputs"]> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Object.assign(task, { asked: requests, inputs: {}, goOn: resolve });
  change(task, { status: "input_required", inputRequests: requests });
  await promise;
  return task.inputs;
}

function answer(task: Task, inputs: Readonly<Record<string, unknown>>): void {
  if (task.view.status !== "input_required") return;
  const isAsked = ([key]: [string, unknown]): boolean => Object.hasOwn(task.asked, key);
  Object.assign(task.inputs, Object.fromEntries(Object.entries(inputs).filter(isAsked)));
  const isOpen = ([key]: [string, unknown]): boolean => !Object.hasOwn(task.inputs, key);
  task.asked = Object.fromEntries(Object.entries(task.asked).filter(isOpen));
  if (Object.keys(task.asked).length > 0) change(task, { inputRequests: task.asked });
  else {
    change(task, { status: "working" });
    task.goOn();
  }
}

function cancel(task: Task): void {
  change(task, { status: "cancelled" });
  task.controller.abort();
}

/** What has ended stays as it ended. */
function change(task: Task, facts: Partial<DetailedTask>): void {
  if (hasEnded(task.view)) return;
  const { inputRequests: _, ...view } = task.view;
  task.view = { ...view, ...facts, lastUpdatedAt: new Date().toISOString() };
}

function hasEnded({ status }: TaskView): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

function protocolError(thrown: unknown): NonNullable<DetailedTask["error"]> {
  const { code, message } = isObject(thrown) ? thrown : {};
  return {
    code: Number.isInteger(code) ? Number(code) : ProtocolErrorCode.InternalError,
    message: typeof message === "string" ? message : "Internal error",
  };
}
