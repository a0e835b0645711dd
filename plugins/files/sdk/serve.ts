/**
 * Makes a ModuLLM plugin of a few functions: speaks the protocol on standard input and output, so
 * that a plugin is no more than what it does. Runs on the `modullm` binary, on Bun and on Node 20
 * or later, and needs nothing else.
 *
 * What the plugin prints (`console.log`, `process.stdout.write`) goes to standard error, which is
 * its log. What it starts as processes of its own must not inherit standard output.
 */
import type {
  ChatParams,
  ChatPart,
  ChatResult,
  EmbedParams,
  EmbedResult,
  InitializeResult,
  Methods,
  ModelInfo,
  Notifications,
  RerankParams,
  RerankResult,
} from "./protocol.ts";
import {
  type Context,
  INTERNAL,
  INVALID,
  isObject,
  NO_METHOD,
  notProvided,
  type Notify,
  type Params,
  PARSE,
  PluginError,
  want,
} from "./context.ts";
import { PROTOCOL_VERSION } from "./protocol.ts";
import { log, openOutput, type Output, parseJson, readLines } from "./stdio.ts";
import { knownTools, readManifest, runTool, type Tools } from "./tools.ts";

export { type Context, PluginError } from "./context.ts";
export { type Tool, ToolAnswer, type ToolContext, type Tools } from "./tools.ts";

/**
 * What a chat yields: text, or any part; and what it returns: what is left out is `stop`, not
 * counted, the model asked for.
 */
export type Chat = AsyncGenerator<string | ChatPart, Partial<ChatResult> | void, void>;

export type Progress = Omit<Notifications["progress"], "id">;

/**
 * A plugin. Calls run at the same time; an error thrown is told to the host, a `PluginError` with
 * its code and any other one as -32603.
 *
 * @example
 * serve({
 *   name: "parrot",
 *   version: "1.0.0",
 *   models: [{ name: "grey", window: null }],
 *   async *chat({ messages }) {
 *     yield messages.at(-1)?.content ?? "";
 *   },
 * });
 */
export interface Plugin {
  /** @default the manifest's, as the next one */
  readonly name?: string;
  readonly version?: string;
  /**
   * A list: other models are refused before any function is called. A function: asked for each
   * list; what it has not is for the functions to refuse. @default it has no models
   */
  readonly models?:
    | readonly ModelInfo[]
    | ((context: Context) => readonly ModelInfo[] | Promise<readonly ModelInfo[]>);
  /**
   * Keys of `llm_params` that `chat` heeds; of others a program is told that they are ignored.
   * `all`: it tells so itself. @default none
   */
  readonly params?: readonly string[] | "all";
  /**
   * By name; the manifest in the plugin's folder says what each takes and gives. A function: those
   * that can be called with these settings.
   */
  readonly tools?: Tools | ((context: Context) => Tools);
  /** Runs once, before anything else; the place to check settings, as it can refuse them. */
  start?(context: Context): void | Promise<void>;
  chat?(params: ChatParams, context: Context): Chat;
  /** The vectors, one for each text, all of one length. */
  embed?(params: EmbedParams, context: Context): Promise<EmbedResult | EmbedResult["vectors"]>;
  /** The scores, one for each document, each as if the document were alone. */
  rerank?(params: RerankParams, context: Context): Promise<RerankResult | RerankResult["scores"]>;
  countTokens?(
    params: Methods["tokens/count"]["params"],
    context: Context,
  ): number | Promise<number>;
  /** @default it is well as long as it answers */
  health?(context: Context): Methods["health"]["result"] | Promise<Methods["health"]["result"]>;
  pull?(
    params: Methods["models/pull"]["params"],
    context: Context,
  ): AsyncGenerator<Progress, void, void>;
  /** Runs once, last, when everything that was under way has been cancelled. */
  stop?(): void | Promise<void>;
}

/** Serves until standard input ends or the host says `shutdown`; then the process ends. */
export function serve(plugin: Plugin): void {
  const output = openOutput();
  const server = new Server(plugin, output);
  readLines({
    line: (line) => server.receive(line),
    fault: (reason) => output.send(failure(null, new PluginError(PARSE, reason))),
    end: () => void server.end(),
  });
}

/**
 * A request that is being answered. Its signal is made when somebody asks for it: most never do.
 */
class Call implements Context {
  given: Omit<Context, "signal"> = { settings: {}, dataFolder: "" };
  /** It is answered: nothing more is said about it. */
  over = false;
  #life: AbortController | null = null;

  get settings(): Context["settings"] {
    return this.given.settings;
  }

  get dataFolder(): string {
    return this.given.dataFolder;
  }

  get signal(): AbortSignal {
    this.#life ??= new AbortController();
    if (this.over) this.#life.abort();
    return this.#life.signal;
  }

  end(): void {
    this.over = true;
    this.#life?.abort();
  }
}

class Server {
  readonly #plugin: Plugin;
  readonly #manifest: ReturnType<typeof readManifest>;
  readonly #output: Output;
  readonly #running = new Map<number, Call>();
  /** What `initialize` brought; null before. */
  #given: Omit<Context, "signal"> | null = null;
  #ending = false;

  constructor(plugin: Plugin, output: Output) {
    this.#plugin = plugin;
    this.#manifest = readManifest();
    this.#output = output;
  }

  receive(line: string): void {
    if (this.#ending) return;
    let message: unknown;
    try {
      message = parseJson(line);
    } catch {
      return this.#fail(null, new PluginError(PARSE, "the line is not JSON"));
    }
    const { jsonrpc, id, method, params = {} } = isObject(message) ? message : {};
    const known = Number.isSafeInteger(id) ? Number(id) : null;
    if (jsonrpc !== "2.0" || typeof method !== "string" || (id !== undefined && known === null))
      return this.#fail(
        known,
        new PluginError(INVALID, "the line is not a message of JSON-RPC 2.0"),
      );
    if (known !== null) void this.#answer(known, method, params);
    else if (method === "cancel" && isObject(params)) this.#cancel(Number(params["id"]));
  }

  /** Cancels what is under way, lets the plugin put things away, and ends the process. */
  async end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    for (const id of this.#running.keys()) this.#cancel(id);
    try {
      await this.#plugin.stop?.();
    } catch (thrown) {
      log(thrown);
    }
    this.#output.close();
  }

  #fail(id: number | null, thrown: unknown): void {
    this.#output.send(failure(id, thrown));
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    if (this.#running.has(id))
      return this.#fail(id, new PluginError(INVALID, `request ${id} is not answered yet`));
    const call = new Call();
    this.#running.set(id, call);
    let answer: object;
    try {
      answer = { id, result: await this.#handle(id, method, params, call) };
    } catch (thrown) {
      // What a cancelled function throws is no news.
      if (call.over) return;
      answer = failure(id, thrown);
    }
    if (call.over) return;
    this.#running.delete(id);
    this.#output.send(answer, { last: this.#running.size === 0 });
    if (method === "shutdown") await this.end();
  }

  /**
   * Answers without waiting for the function: one that does not heed its signal is left to itself.
   */
  #cancel(id: number): void {
    const call = this.#running.get(id);
    if (call === undefined) return;
    this.#running.delete(id);
    call.end();
    this.#fail(id, new PluginError("cancelled", "the request was cancelled"));
  }

  async #handle(id: number, method: string, params: unknown, call: Call): Promise<unknown> {
    const plugin = this.#plugin;
    want(isObject(params), "params is not an object");
    if (method === "initialize") return await this.#initialize(params, call);
    if (this.#given === null)
      throw new PluginError(INVALID, `"${method}" came before "initialize"`);
    call.given = this.#given;
    const notify: Notify = (name, rest) => {
      if (call.over) return undefined;
      this.#output.send({ method: name, params: { id, ...rest } });
      return this.#output.ready();
    };
    switch (method) {
      case "shutdown":
        return {};
      case "health":
        return plugin.health ? await plugin.health(call) : { ok: true };
      case "models/list":
        if (!plugin.models) throw notProvided(method);
        return {
          models: typeof plugin.models === "function" ? await plugin.models(call) : plugin.models,
        };
      case "chat":
        return await runChat(plugin, params, call, notify);
      case "embed":
        return await runEmbed(plugin, params, call);
      case "rerank":
        return await runRerank(plugin, params, call);
      case "tokens/count":
        return await runCount(plugin, params, call);
      case "models/pull":
        return await runPull(plugin, params, call, notify);
      case "tools/list":
        return { tools: knownTools(plugin.tools, this.#manifest, call).map(([info]) => info) };
      case "tools/call":
        return await runTool(knownTools(plugin.tools, this.#manifest, call), params, call, notify);
      default:
        throw new PluginError(NO_METHOD, `there is no method "${method}"`);
    }
  }

  async #initialize(params: Params, call: Call): Promise<InitializeResult> {
    const plugin = this.#plugin;
    if (this.#given !== null) throw new PluginError(INVALID, "it is initialized already");
    const { protocol_version: version, settings = {}, data_folder: dataFolder = "" } = params;
    want(
      Number.isInteger(version) && Number(version) >= 1,
      "protocol_version is not a whole number from 1 on",
    );
    want(isObject(settings), "settings is not an object");
    want(typeof dataFolder === "string", "data_folder is not a string");
    const given = { settings: settings as Context["settings"], dataFolder };
    call.given = given;
    const spoken = Math.min(Number(version), PROTOCOL_VERSION);
    const { name = "", version: own = "" } = this.#manifest;
    await plugin.start?.(call);
    if (plugin.tools) knownTools(plugin.tools, this.#manifest, call);
    this.#given = given;
    return {
      protocol_version: spoken,
      name: plugin.name ?? name,
      version: plugin.version ?? own,
      // Version 1 doesn't know these two.
      provides: PROVIDES.filter(
        ([key]) =>
          plugin[key] !== undefined && ((key !== "tools" && key !== "rerank") || spoken > 1),
      ).map(([, ability]) => ability),
    };
  }
}

const PROVIDES = [
  ["chat", "chat"],
  ["embed", "embed"],
  ["models", "models/list"],
  ["pull", "models/pull"],
  ["rerank", "rerank"],
  ["countTokens", "tokens/count"],
  ["tools", "tools/list"],
  ["tools", "tools/call"],
] as const satisfies readonly (readonly [keyof Plugin, InitializeResult["provides"][number]])[];

async function runChat(
  plugin: Plugin,
  given: Params,
  call: Call,
  notify: Notify,
): Promise<ChatResult> {
  if (!plugin.chat) throw notProvided("chat");
  checkChat(given);
  checkModel(plugin, given);
  const params = given as unknown as ChatParams;
  const { params: heeded = [] } = plugin;
  const ignored =
    heeded === "all" ? [] : Object.keys(params.params).filter((key) => !heeded.includes(key));
  if (ignored.length > 0)
    await notify("chat/part", {
      part: { type: "note", message: `${plugin.name} ignores ${ignored.join(", ")}` },
    });
  const parts = plugin.chat(params, call);
  for (;;) {
    const { done, value } = await parts.next();
    if (done) return { reason: "stop", usage: null, served: null, ...value };
    const part = typeof value === "string" ? { type: "text", text: value } : value;
    if (call.over) await parts.return();
    else if (part.type !== "text" || part.text !== "") {
      const full = notify("chat/part", { part });
      if (full) await full;
    }
  }
}

async function runEmbed(plugin: Plugin, params: Params, context: Context): Promise<EmbedResult> {
  if (!plugin.embed) throw notProvided("embed");
  const { texts } = params;
  want(
    Array.isArray(texts) && texts.every((text) => typeof text === "string"),
    "texts is not a list of strings",
  );
  checkModel(plugin, params);
  const result = await plugin.embed(params as unknown as EmbedParams, context);
  return "vectors" in result ? result : { vectors: result, usage: null };
}

async function runRerank(plugin: Plugin, params: Params, context: Context): Promise<RerankResult> {
  if (!plugin.rerank) throw notProvided("rerank");
  const { query, documents } = params;
  want(typeof query === "string", "query is not a string");
  want(
    Array.isArray(documents) && documents.every((document) => typeof document === "string"),
    "documents is not a list of strings",
  );
  checkModel(plugin, params);
  const result = await plugin.rerank(params as unknown as RerankParams, context);
  return "scores" in result ? result : { scores: result, usage: null };
}

async function runCount(
  plugin: Plugin,
  params: Params,
  context: Context,
): Promise<{ tokens: number }> {
  if (!plugin.countTokens) throw notProvided("tokens/count");
  want(typeof params["text"] === "string", "text is not a string");
  checkModel(plugin, params);
  return { tokens: await plugin.countTokens(params as Methods["tokens/count"]["params"], context) };
}

async function runPull(
  plugin: Plugin,
  params: Params,
  context: Context,
  notify: Notify,
): Promise<object> {
  if (!plugin.pull) throw notProvided("models/pull");
  want(typeof params["model"] === "string", "model is not a string");
  for await (const step of plugin.pull({ model: params["model"] }, context))
    await notify("progress", { ...step });
  return {};
}

/** An error that was not meant for the host is logged with its stack. */
function failure(id: number | null, thrown: unknown): object {
  if (!(thrown instanceof PluginError)) {
    log(thrown);
    return {
      id,
      error: { code: INTERNAL, message: thrown instanceof Error ? thrown.message : String(thrown) },
    };
  }
  const { code, message, data } = thrown;
  return { id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

const ROLES = new Set<unknown>(["system", "user", "assistant", "tool"]);

function checkChat({ messages, params, schema }: Params): void {
  want(
    Array.isArray(messages) && messages.length > 0,
    "messages is not a list with something in it",
  );
  for (const message of messages) {
    const { role, content, call } = isObject(message) ? message : {};
    want(ROLES.has(role), "a message's role is not system, user, assistant or tool");
    want(role !== "tool" || isObject(call), "a message of a tool has no call that it answers");
    want(typeof content === "string", "a message's content is not a string");
  }
  want(isObject(params), "params is not an object with the keys of llm_params in params");
  want(
    schema === null || schema === undefined || isObject(schema),
    "schema is neither an object nor null",
  );
}

/** @throws {PluginError} */
function checkModel(plugin: Plugin, { model }: Params): void {
  want(typeof model === "string", "model is not a string");
  const { models = [] } = plugin;
  if (typeof models === "function" || models.some(({ name }) => name === model)) return;
  throw new PluginError("model_not_found", `there is no model "${model}"`, { model });
}
