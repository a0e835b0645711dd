import type { JsonSchema } from "../contract/contract.ts";
import { writeJson } from "../core/json.ts";
import { accountOf } from "./account.ts";
import { authorized } from "./authorized.ts";
import { credentialFault } from "./endpoint.ts";
import { ModullmError } from "../core/error.ts";
import { cutPromptNote } from "./cut-prompt.ts";
import { deadlinesOf } from "./failover/deadlines.ts";
import { refusesSchema } from "./failure.ts";
import type { Callee } from "./failure.ts";
import { abilitiesOf } from "./families.ts";
import { openExchange } from "./open-exchange.ts";
import type { Model, ModelPart, ModelRequest } from "./model.ts";
import type { ModelProvider } from "./provider.ts";
import { calleeOf } from "./openai/address.ts";
import { textHeaders } from "./openai/request.ts";
import { weakenedNote } from "./request-notes.ts";
import type {
  EnforcedMode,
  NativeCall,
  NativeOptions,
  NativeProtocol,
  Translator,
} from "./protocol.ts";
import { replyParts } from "./stream.ts";
import { askHealth } from "./health.ts";
import { callJson } from "./json-call.ts";
import { nativeVectors } from "./vectors/native.ts";
import { translateSchema } from "./schema/translate.ts";
import type { Translation } from "./schema/translation.ts";

export function createNative(options: NativeOptions, protocol: NativeProtocol): ModelProvider {
  const { endpoint } = options;
  return {
    id: endpoint.provider,
    model: (name) => createModel(name, options, protocol),
    list: (signal) => listModels(options, protocol, signal),
    health: (signal) => askHealth(options, protocol, { url: protocol.listUrl(endpoint), signal }),
    ...nativeVectors(options, protocol),
  };
}

function createModel(name: string, options: NativeOptions, protocol: NativeProtocol): Model {
  const { endpoint, config } = options;
  const id = `${endpoint.written}/${name}`;
  if (!endpoint.quirks.chat) throw noChat(id, endpoint.written);
  const abilities = abilitiesOf(endpoint, name);
  const translate = createTranslator();
  const fault = credentialFault(endpoint, id, config);
  const usual = calleeOf(endpoint, name, {});
  const ready = async (): Promise<void> => {
    if (fault !== null) throw fault;
    protocol.ready?.(id);
  };
  return {
    id,
    origin: endpoint.baseUrl,
    get account() {
      return accountOf(endpoint, protocol.account?.());
    },
    window: null,
    abilities,
    ready,
    async *call(request, signal) {
      if (fault !== null) throw fault;
      const { params } = request;
      const extra = textHeaders(params["extra_headers"]);
      const callee = params["extra_headers"] ? calleeOf(endpoint, name, extra) : usual;
      const at = { name, endpoint, abilities, config, callee, translate };
      let call = await protocol.write(at, request);
      for (const note of call.notes) yield { type: "note", ...note };
      const facts = { stream: call.stream, patient: call.patient || endpoint.quirks.local };
      const deadlines = deadlinesOf(params["timeout"], facts, request.patience);
      for (;;) {
        const body = writeJson(call.body);
        const sent = { method: "POST", url: call.url, body } as const;
        const { headers, to } = await authorized(protocol, sent, { id, callee, signal });
        const exchange = openExchange(options, protocol, { callee: to, deadlines, extra, signal });
        try {
          const response = await exchange.fetch(call.url, { ...sent, headers });
          const reader = protocol.reader(at, request);
          const parts = replyParts(exchange, response, to, reader, protocol.decoder?.(to));
          for await (const part of parts) {
            if (part.type === "finish") yield* cutNotes(part, callee, request, call);
            yield part;
          }
          return;
        } catch (thrown) {
          if (call.bare === null || !refusesSchema(thrown, FORMAT_WORDS))
            throw explained(protocol, thrown, callee, name);
          const note = weakenedNote(endpoint, [{ pointer: "", keyword: "schema" }]);
          if (note !== null) yield { type: "note", ...note };
          const others = await request.again?.(thrown);
          const other = others && (await protocol.write(at, { ...request, params: others })).bare;
          call = { ...call, body: other ?? call.bare, bare: null };
        } finally {
          exchange.close();
        }
      }
    },
  };
}

function noChat(id: string, provider: string): ModullmError {
  const message =
    `Cannot use model "${id}": ${provider} answers no prompts, it gives vectors and scores ` +
    "alone";
  return new ModullmError("RLLM_002", message, { details: { field: "llm.model", value: id } });
}

function* cutNotes(
  part: ModelPart,
  { model }: Callee,
  request: ModelRequest,
  { window }: Pick<NativeCall, "window">,
): Generator<ModelPart> {
  const usage = part.type === "finish" ? part.usage : null;
  const note = usage && cutPromptNote(model, request, usage, window ?? null);
  if (note !== null) yield { type: "note", ...note };
}

function createTranslator(): Translator {
  const known = new WeakMap<JsonSchema, Map<EnforcedMode, Translation>>();
  return (schema, mode) => {
    const made = known.get(schema) ?? new Map<EnforcedMode, Translation>();
    known.set(schema, made);
    const translation = made.get(mode) ?? translateSchema(schema, mode);
    made.set(mode, translation);
    return translation;
  };
}

/** @throws {ModullmError} RLLM_014 or RLLM_017 */
async function listModels(
  options: NativeOptions,
  protocol: NativeProtocol,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { endpoint, config } = options;
  if (endpoint.models.length > 0) return endpoint.models;
  const fault = credentialFault(endpoint, endpoint.written, config);
  if (fault !== null) throw fault;
  return askNames(options, protocol, signal);
}

/** The names that the server lists, whatever the user has listed. */
export async function askNames(
  options: NativeOptions,
  protocol: NativeProtocol,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { endpoint } = options;
  const callee = calleeOf(endpoint, "*", {});
  const deadlines = { total: LIST_TIME, first: null, stall: null };
  const url = protocol.listUrl(endpoint);
  try {
    return protocol.names(await callJson(options, protocol, { callee, url, deadlines, signal }));
  } catch (thrown) {
    throw explained(protocol, thrown, callee, "");
  }
}

function explained(
  protocol: NativeProtocol,
  thrown: unknown,
  callee: Callee,
  name: string,
): unknown {
  if (!(thrown instanceof ModullmError)) return thrown;
  return protocol.explain?.(thrown, callee, name) ?? thrown;
}

/** Milliseconds to list the models. */
const LIST_TIME = 30_000;

/** By which servers say that it is the form of the answer what they refuse. */
const FORMAT_WORDS =
  /schema|response_?format|output_config|output format|structured output|text\.format|guided|grammar|too many states|\bstrict\b/i;
