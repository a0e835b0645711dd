import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { sha256 } from "../core/digest.ts";
import { ModullmError } from "../core/error.ts";
import { isObject, parseJson, writeJson } from "../core/json.ts";
import { deferred } from "../core/waiting.ts";
import type { ModelPart, ModelRequest } from "../model/model.ts";
import type { Redactor } from "../redaction/redactor.ts";

/** One call as it was: what was asked, and what came. */
export interface Recording {
  /** Of the request as it was sent; what is secret in it is not written down. */
  readonly key: string;
  readonly request: RecordedRequest;
  /** The parts of the reply, texts joined; without notes. */
  readonly parts: readonly ModelPart[];
  /** Milliseconds. */
  readonly ms: number;
}

export interface RecordedRequest {
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly params: unknown;
  readonly schema: string;
  readonly tools?: unknown;
}

/** A request as recordings know it: all that its answer depends on. */
export function recordedRequest(model: string, request: ModelRequest): RecordedRequest {
  const { messages, params, schema, tools } = request;
  return {
    model,
    messages: messages.map((message) => {
      const { attachments = [], ...rest } = message;
      if (attachments.length === 0) return rest;
      const files = attachments.map(({ mediaType, name, data }) => ({
        media_type: mediaType,
        name,
        sha256: sha256(data),
      }));
      return { ...rest, attachments: files };
    }),
    params: Object.fromEntries(Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    schema: sha256(writeJson(schema)),
    ...(tools === undefined ? {} : { tools }),
  };
}

export function keyOf(request: RecordedRequest): string {
  return sha256(writeJson(request)).slice(0, 32);
}

/**
 * The recordings of a program, `NAME.recordings.jsonl` beside it: a line a call, to be reviewed as
 * code is. A request that was made several times has as many.
 */
export class Recordings {
  readonly path: string;
  readonly #redactor: Redactor;
  readonly #known = new Map<string, Recording[]>();
  readonly #used = new Set<Recording>();
  /** Calls that are being recorded. */
  readonly #begun = new Map<string, Promise<void>>();

  /**
   * @param known recordings of elsewhere, which answer too
   * @throws {ModullmError} RLLM_016 for a file that is none
   */
  constructor(path: string, redactor: Redactor, known: readonly Recording[] = []) {
    this.path = path;
    this.#redactor = redactor;
    for (const recording of known) this.#keep(recording);
    if (!existsSync(path)) return;
    for (const [index, line] of readFileSync(path, "utf8").split("\n").entries())
      if (line.trim() !== "") this.#keep(recordingOf(line, path, index + 1));
  }

  /** The `at`-th reply to a request, from 0, or its last one. */
  find(key: string, at: number): Recording | null {
    const all = this.#known.get(key) ?? [];
    const found = all[at] ?? all.at(-1) ?? null;
    if (found !== null) this.#used.add(found);
    return found;
  }

  /** The end of the same reply's recording, where one is on its way. */
  begun(key: string, at: number): Promise<void> | undefined {
    return this.#begun.get(`${key} ${at}`);
  }

  /** A reply is about to be recorded. @returns what ends that, however it ends */
  begin(key: string, at: number): () => void {
    const { promise, resolve } = deferred<void>();
    this.#begun.set(`${key} ${at}`, promise);
    return resolve;
  }

  /** How many replies to a request there are. */
  count(key: string): number {
    return this.#known.get(key)?.length ?? 0;
  }

  /** Those that nobody asked for. */
  get unused(): number {
    const all = [...this.#known.values()].flat();
    return all.filter((each) => !this.#used.has(each)).length;
  }

  /** Those that answered. */
  get used(): readonly Recording[] {
    return [...this.#used];
  }

  get all(): readonly Recording[] {
    return [...this.#known.values()].flat();
  }

  append(recording: Recording): void {
    this.#keep(recording);
    this.#used.add(recording);
    appendFileSync(this.path, `${writeJson(this.#redactor.value(recording))}\n`);
  }

  #keep(recording: Recording): void {
    const { key } = recording;
    this.#known.set(key, [...(this.#known.get(key) ?? []), recording]);
  }
}

function recordingOf(line: string, path: string, number: number): Recording {
  const fault = (reason: string): ModullmError =>
    new ModullmError("RLLM_016", `Cannot read line ${number} of "${path}": ${reason}`, {
      details: { source: path, reason, line: number },
      hint: "Record the tests again: `modullm test --record`.",
    });
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    throw fault("it is not JSON");
  }
  if (!isObject(value) || typeof value["key"] !== "string" || !Array.isArray(value["parts"]))
    throw fault("it is no recording");
  // What else it has was written here, and is only shown.
  return value as unknown as Recording;
}
