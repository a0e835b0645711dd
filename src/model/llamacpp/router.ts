import { ModullmError } from "../../core/error.ts";
import { isObject, type Json } from "../../core/json.ts";
import { credentialFault } from "../endpoint.ts";
import { cancelled } from "../exchange.ts";
import { providerFailure, reasonOf } from "../failure.ts";
import type { Callee } from "../failure.ts";
import { askHealth } from "../health.ts";
import { callJson } from "../json-call.ts";
import type { ModelNote } from "../model.ts";
import { calleeOf } from "../openai/address.ts";
import type { NativeOptions, NativeProtocol } from "../protocol.ts";
import type { ModelProvider } from "../provider.ts";
import { sleepFor } from "../../core/waiting.ts";

export interface RouterOptions extends NativeOptions {
  /** @default a timer */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Milliseconds between two looks at what a model is doing. */
const PACE = 500;
/** Milliseconds for one question. */
const TIME = 30_000;
/** Looks in which a download that was begun may not be listed yet. */
const LATE_LOOKS = 20;

/**
 * What llama.cpp's server can do beside answering: `llama-server` that was started without a model
 * gets, loads and lets go of models (its README, "Using multiple models").
 */
export function llamaRouter(
  options: RouterOptions,
  protocol: Pick<NativeProtocol, "headers">,
): Required<Pick<ModelProvider, "health" | "pull" | "load" | "unload">> {
  return {
    health: async (signal) =>
      await askHealth(options, protocol, { url: address(options, "/health"), signal }),
    async pull(name, signal, note) {
      const router = routerFor(name, { options, protocol, signal });
      await router.say("/models");
      let looks = 0;
      await router.watch((status) => {
        if (status === null) return looks++ < LATE_LOOKS ? "wait" : "it is not there in the end";
        looks = LATE_LOOKS;
        if (status["value"] !== "downloading") return "done";
        note(progressNote(name, status));
        return "wait";
      });
    },
    async load(name, signal) {
      const router = routerFor(name, { options, protocol, signal });
      await router.say("/models/load", /already/i);
      await router.watch((status) => {
        if (status === null) return "the server does not list it";
        const { value } = status;
        return value === "loaded" || value === "sleeping" ? "done" : "wait";
      });
    },
    async unload(name, signal) {
      const router = routerFor(name, { options, protocol, signal });
      await router.say("/models/unload", /not (?:running|loaded)/i);
    },
  };
}

type Status = Readonly<Record<string, unknown>>;

interface Router {
  /** @param fine a refusal that means it is so already */
  say(path: string, fine?: RegExp): Promise<void>;
  /**
   * Looks at the model until that says it is done; any text but that and `wait` is why it never
   * will be. @param look given null while it is not listed
   */
  watch(look: (status: Status | null) => string): Promise<void>;
}

function routerFor(
  name: string,
  call: {
    options: RouterOptions;
    protocol: Pick<NativeProtocol, "headers">;
    signal: AbortSignal;
  },
): Router {
  const { options, protocol, signal } = call;
  const { endpoint, config, sleep = sleepFor } = options;
  const callee = calleeOf(endpoint, name, {});
  const fault = credentialFault(endpoint, callee.model, config);
  const deadlines = { total: TIME, first: null, stall: null };

  async function ask(path: string, body?: Status): Promise<Status> {
    if (fault !== null) throw fault;
    const url = address(options, path);
    const sent = body === undefined ? {} : { body };
    return await callJson(options, protocol, { ...sent, callee, url, deadlines, signal });
  }

  async function say(path: string, fine?: RegExp): Promise<void> {
    try {
      await ask(path, { model: name });
    } catch (thrown) {
      if (!(thrown instanceof ModullmError) || thrown.code !== "RLLM_017") throw thrown;
      if (fine?.test(reasonOf(thrown)) === true) return;
      throw thrown.details["status"] === 404 ? noRouter(callee, thrown) : thrown;
    }
  }

  async function watch(look: (status: Status | null) => string): Promise<void> {
    for (;;) {
      const { data } = await ask("/models");
      const status = statusOf(data, name);
      const next = status?.["failed"] === true ? failedWith(status) : look(status);
      if (next === "done") return;
      if (next !== "wait") throw providerFailure(callee, next, { retryable: false });
      await sleep(PACE, signal);
      if (signal.aborted) throw cancelled(signal);
    }
  }

  return { say, watch };
}

/** Beside OpenAI's protocol, which is under `/v1`. */
function address({ endpoint }: NativeOptions, path: string): URL {
  const url = new URL(endpoint.baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "")}${path}`;
  return url;
}

/** Null where it is not listed. A name without a quantization stands for the one that is there. */
function statusOf(list: unknown, name: string): Status | null {
  const models = Array.isArray(list) ? list.filter(isObject) : [];
  const found =
    models.find(({ id }) => id === name) ??
    models.find(({ id }) => typeof id === "string" && id.startsWith(`${name}:`));
  if (found === undefined) return null;
  return isObject(found["status"]) ? found["status"] : {};
}

function failedWith({ exit_code: code }: Status): string {
  return `the server could not start it${typeof code === "number" ? ` (exit status ${code})` : ""}`;
}

function noRouter(callee: Callee, cause: ModullmError): ModullmError {
  const reason = `${callee.host} is no router: it holds the one model it was started with`;
  const hint = "Start llama-server without a model, with --models-dir, to have it manage several.";
  return providerFailure(callee, reason, { status: 404, retryable: false, hint, cause });
}

/** Bytes of all files of the model. */
function progressNote(name: string, { progress }: Status): ModelNote {
  const files = isObject(progress) ? Object.values(progress).filter(isObject) : [];
  const sum = (key: "done" | "total"): number =>
    files.reduce((all, file) => all + Number(file[key] ?? 0), 0);
  const [completed, total] = [sum("done"), sum("total")];
  const percent = total > 0 ? ` ${Math.floor((completed / total) * 100)} %` : "";
  const data: Json = { completed, total, status: "downloading" };
  return { kind: "progress", message: `Pulling "${name}": downloading${percent}`, data };
}
