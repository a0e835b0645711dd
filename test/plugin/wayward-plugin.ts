/**
 * A plugin that does everything there is, and does one thing wrong: what the check named by its
 * argument looks for. Without one it does everything right. It is written without the kit, which
 * would not let it.
 */
import { writeSync } from "node:fs";
import { TOOL } from "./wayward-tool.ts";

type Message = Record<string, unknown>;

const wrong = process.argv[2] ?? "";
const MODEL = {
  name: "m",
  window: 4096,
  schema: "enforced",
  media: ["image/png"],
  tools: true,
};
const held = new Map<number, () => void>();
let started = false;
let count = 0;
let chats = 0;

const is = (...ids: readonly string[]): boolean => ids.includes(wrong);
const put = (text: string): void => void writeSync(1, text);
const send = (message: Message): void =>
  put(`${JSON.stringify({ jsonrpc: is("stdout/version") ? "1" : "2.0", ...message })}\n`);
const result = (id: unknown, value: unknown): void => send({ id, result: value });
const fail = (id: unknown, code: number, message = "no", data?: unknown): void =>
  send({ id, error: { code, message, ...(data === undefined ? {} : { data }) } });
const part = (id: unknown, value: unknown): void =>
  send({ method: "chat/part", params: { id, part: value } });

if (is("start/silent")) put('{"jsonrpc":"2.0","method":"ready"}\n');
if (is("start/plain-locale") && process.env["LANG"] === "C") process.exit(1);
// All but what a pipe holds has been read when it goes on.
if (is("log/modest")) writeSync(2, "x".repeat(1_300_000));

let begun = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text: string) => {
  const lines = (begun + text).split("\n");
  begun = lines.pop() ?? "";
  for (const line of lines) read(line);
});
process.stdin.on("end", end);

function read(line: string): void {
  if (line.trim() === "" && !is("messages/blank-lines")) return;
  let message: unknown;
  try {
    message = JSON.parse(
      is("messages/too-many-brackets") ? line.replace('"health"}}', '"health"}') : line,
    );
  } catch {
    if (is("messages/prose", "messages/half")) process.exit(1);
    return fail(null, -32_700);
  }
  if (Array.isArray(message) && is("messages/batch"))
    return message.forEach((each) => receive(each as Message));
  if (message === 42 && is("messages/number")) process.exit(1);
  if (message === null && is("messages/null")) process.exit(1);
  if (line === "[]" && is("messages/empty-list")) return;
  if (line === "{}" && is("messages/empty-object")) return fail(null, -32_603);
  if (line.includes("\uFFFD") && is("messages/not-utf-8")) process.exit(1);
  if (line.startsWith(" ") && is("messages/white-space")) return fail(null, -32_700);
  if (line.startsWith('{"params"') && is("messages/member-order")) return fail(null, -32_600);
  receive(
    typeof message === "object" && message !== null && !Array.isArray(message)
      ? (message as Message)
      : {},
    line,
  );
}

function end(): void {
  if (is("end/input-closed-at-the-start") && !started) return void setTimeout(() => {}, 60_000);
  if (is("end/input-closed", "end/input-closed-within-a-line"))
    return void setTimeout(() => {}, 60_000);
  if (is("end/input-closed-while-busy") && chats > 0) process.exit(3);
  process.exit(0);
}

function receive({ jsonrpc, id, method, params, ...rest }: Message, line = ""): void {
  if (jsonrpc !== "2.0" && !is("messages/other-version") && method !== undefined)
    return fail(id ?? null, -32_600);
  if (typeof method !== "string") return fail(null, -32_600);
  if (Object.keys(rest).length > 0 && is("messages/unknown-members")) return fail(id, -32_600);
  if (id === undefined) return notified(method, params as Message | undefined);
  count++;
  if (is("messages/ids") && Number(id) > 2 ** 31) return result(Number(id) - 1, { ok: true });
  if (is("messages/several-at-once") && count === 40) return;
  if (is("messages/pieces") && line.includes("Grüße 😀")) return;
  if (is("messages/escapes") && line.includes("\\u0041")) return fail(id, -32_700);
  if (method === "initialize") return initialize(id, params as Message);
  if (!started && !is("start/order")) return fail(id, -32_600);
  answer(id, method, params as Message);
}

function notified(method: string, params: Message | undefined): void {
  if (method !== "cancel")
    return is("messages/unknown-notification") ? fail(null, -32_601) : undefined;
  const id: unknown = params?.["id"];
  const known = typeof id === "number" ? held.get(id) : undefined;
  if (known)
    return is("cancel/under-way", "cancel/at-once", "cancel/one-of-two") ? undefined : known();
  if (is("cancel/too-late") && Number(id) < 2 ** 30) return result(id, {});
  if (is("cancel/unknown") && id === 2 ** 40) return fail(null, -32_602);
  const malformed = [{}, { id: "1" }, { id: null }, []].findIndex(
    (each) => JSON.stringify(each) === JSON.stringify(params),
  );
  if (is(`cancel/malformed-${malformed + 1}`)) fail(null, -32_602);
}

function initialize(id: unknown, params: Message): void {
  const { protocol_version: version, later, settings } = params;
  if (is("start/in-time")) return;
  if (is("start/no-settings") && Object.keys(settings as object).length === 0) process.exit(1);
  if (later !== undefined && is("start/unknown-members")) return fail(id, -32_602);
  if (typeof version !== "number" && !is("start/bad-params")) return fail(id, -32_602);
  if (Number(version) < 1 && !is("start/no-common-version")) return fail(id, -32_602);
  if (started && !is("start/once")) return fail(id, -32_600);
  started = true;
  if (is("stdout/messages-only")) put("Loading the model\n");
  if (is("stdout/no-requests")) send({ id: 1, method: "sampling/create", params: {} });
  if (is("stdout/known-ids")) result(12_345, {});
  if (is("stdout/asked-only")) fail(null, -32_603);
  if (is("stdout/shapes")) send({ method: "chat/part", params: { id, part: { type: "words" } } });
  if (is("stdout/parts-where-they-belong")) part(id, { type: "alive" });
  const plain = ["chat", "embed", "models/list", "models/pull", "tokens/count"];
  const provides = Number(version) === 1 ? plain : [...plain, "rerank", "tools/list", "tools/call"];
  const own = is("start/newer-host") ? Number(version) : Math.min(Number(version), 2);
  result(id, {
    protocol_version: is("start/version") ? 2 : own,
    name: is("start/identity") ? "" : "wayward",
    version: "1",
    provides: is("start/abilities")
      ? [...provides, "chat"]
      : provides.filter((each) => keeps(each)),
  });
  if (is("stdout/answers-once")) result(id, {});
  if (is("stdout/nothing-after-the-answer")) part(id, { type: "alive" });
}

function keeps(ability: string): boolean {
  return ability !== "embed" || !is("messages/not-provided");
}

function answer(id: unknown, method: string, params: Message): void {
  const { model, texts, text } = params;
  switch (method) {
    case "health":
      if (is("chat/health-meanwhile", "tools/health-meanwhile") && held.size > 0) return;
      if (is("start/two-at-once", "start/after-a-kill")) return fail(id, -32_003);
      return result(id, { ok: !is("health/answers") });
    case "models/list":
      if (is("errors/codes")) return fail(id, 7);
      if (is("errors/messages")) return fail(id, -32_003, "");
      if (is("errors/data")) return fail(id, -32_003, "no", { retry_after_ms: -1 });
      return result(id, { models: is("models/lists") && count > 2 ? null : models() });
    case "embed":
      if (!Array.isArray(texts) || !texts.every((each) => typeof each === "string"))
        return fail(id, is("embed/texts-are-text", "embed/texts-are-numbers") ? -32_603 : -32_602);
      if (model !== "m" && !is("embed/unknown-model")) return fail(id, -32_001, "no", { model });
      return embed(id, texts);
    case "rerank":
      return rerank(id, params);
    case "tokens/count":
      if (typeof text !== "string")
        return fail(id, is("tokens/text-is-a-number") ? -32_603 : -32_602);
      return result(id, { tokens: tokensIn(text) });
    case "models/pull":
      if (typeof model !== "string")
        return fail(id, is("pull/model-is-a-number") ? -32_603 : -32_602);
      return is("pull/unknown-model") ? result(id, {}) : fail(id, -32_001, "no", { model });
    case "tools/list":
      return is("tools/lists") ? result(id, { tools: null }) : result(id, { tools: tools() });
    case "tools/call":
      return callTool(id, params);
    case "shutdown":
      if (is("end/shutdown")) return;
      if (is("end/shutdown-while-busy") && chats > 0) return result(id, {});
      result(id, {});
      return process.exit(0);
    case "chat":
      return chat(id, params);
    default:
      return fail(id, is("messages/unknown-method") ? -32_602 : -32_601);
  }
}

function models(): readonly unknown[] {
  if (is("models/names")) return [MODEL, MODEL];
  if (is("models/windows")) return [{ ...MODEL, window: 0 }];
  if (is("models/media")) return [{ ...MODEL, media: ["png"] }];
  if (is("models/same-again")) return [{ ...MODEL, window: count }];
  return [MODEL];
}

function embed(id: unknown, texts: readonly string[]): void {
  if (is("embed/unicode") && texts.some((each) => each.includes("世"))) return fail(id, -32_603);
  if (is("embed/many") && texts.length > 50) return fail(id, -32_004);
  const vectors = texts.map((each, at) => (is("embed/order") ? [at, 1] : [each.length, 1]));
  if (is("embed/vectors")) vectors[0]?.push(1);
  result(id, { vectors: is("embed/none") && texts.length === 0 ? [[1]] : vectors, usage: null });
}

function rerank(id: unknown, { model, documents }: Message): void {
  if (!Array.isArray(documents))
    return fail(id, is("rerank/documents-are-text") ? -32_603 : -32_602);
  if (model !== "m" && !is("rerank/unknown-model")) return fail(id, -32_001, "no", { model });
  const texts = documents as readonly string[];
  if (is("rerank/unicode") && texts.some((each) => each.includes("世"))) return fail(id, -32_603);
  if (is("rerank/many") && texts.length > 50) return fail(id, -32_004);
  const scores = texts.map((each, at) => {
    if (is("rerank/order")) return at;
    return is("rerank/alone") ? each.length + texts.length : each.length;
  });
  result(id, { scores: is("rerank/scores") ? scores.slice(1) : scores, usage: null });
}

let listed = 0;

function tools(): readonly unknown[] {
  listed++;
  if (is("tools/names")) return [TOOL, TOOL];
  if (is("tools/schemas")) return [{ ...TOOL, input: { type: "object", required: 1 } }];
  if (is("tools/same-again") && listed > 1) return [{ ...TOOL, description: "Another." }];
  if (is("tools/as-in-manifest")) return [{ ...TOOL, version: "9.0.0" }];
  return [TOOL];
}

let calls = 0;

function callTool(id: unknown, { name, input, later }: Message): void {
  const { text } = (input ?? {}) as Message;
  calls++;
  if (typeof name !== "string" || typeof input !== "object" || Array.isArray(input)) {
    if (is("tools/after-errors")) process.exit(1);
    const bad = is("tools/name-is-a-number", "tools/no-input", "tools/input-is-a-list");
    return fail(id, bad ? -32_603 : -32_602);
  }
  if (name !== "twice")
    return fail(id, -32_005, "no", is("tools/unknown-tool") ? {} : { tool: name });
  if (typeof text !== "string" && !is("tools/lacking-input")) return fail(id, -32_602);
  if (later !== undefined && is("tools/unknown-members")) return fail(id, -32_602);
  if (is("tools/answers") || refusesText(String(text))) return fail(id, -32_603, "it broke");
  if (is("tools/one-after-another") && calls === 40) return;
  const progress = is("tools/progress") ? "" : "half done";
  send({ method: "progress", params: { id, message: progress, completed: 1, total: 2 } });
  const finish = (): void => {
    held.delete(Number(id));
    if (is("tools/many-at-once") && held.size === 12) return;
    const crowded = is("tools/own-answers") && held.size > 0;
    const said = crowded ? "another's" : `${String(text)}${String(text)}`;
    result(id, { value: is("tools/output") ? { said: 1 } : { said } });
  };
  const timer = setTimeout(finish, 30);
  held.set(Number(id), () => {
    clearTimeout(timer);
    held.delete(Number(id));
    if (is("tools/cancel", "tools/cancel-one-of-two")) return;
    fail(id, -32_000);
    if (is("tools/cancel-many")) fail(id, -32_000);
  });
}

/** Whether a tool is given just the text that it can't bear. */
function refusesText(text: string): boolean {
  return (
    (is("tools/unicode") && text.includes("世")) ||
    (is("tools/control-characters") && text.includes("\u0001")) ||
    (is("tools/half-a-pair") && text.includes("\uD83Db")) ||
    (is("tools/looks-like-json") && text.startsWith("{")) ||
    (is("tools/large") && text.length > 9e5)
  );
}

function tokensIn(text: string): number {
  if (is("tokens/counts")) return -1;
  if (is("tokens/longer") || (is("tokens/empty") && text === "")) return 100;
  return is("tokens/large") && text.length > 1e6 ? -1 : text.length;
}

function chat(id: unknown, params: Message): void {
  const { model, messages, later } = params;
  const settings = params["params"] as Message | undefined;
  const list = Array.isArray(messages) ? (messages as readonly Message[]) : null;
  const roles = list?.every(({ role }) => ROLES.has(String(role)));
  const contents = list?.every(({ content }) => typeof content === "string");
  const refused = is("chat/after-errors")
    ? () => process.exit(1)
    : () => fail(id, is(...BAD) ? -32_603 : -32_602);
  if (typeof model !== "string" || !list || list.length === 0 || !roles || !contents || !settings)
    return refused();
  if (model !== "m") return fail(id, -32_001, "no", is("chat/unknown-model") ? {} : { model });
  const content = String(list.at(-1)?.["content"]);
  if (refuses(content, list, params)) return fail(id, -32_603, "it broke");
  if (later !== undefined && is("chat/unknown-members")) return fail(id, -32_602);
  if (!callTools(id, params)) return;
  chats++;
  const most = Number(settings["max_tokens"] ?? 1000);
  const schema = params["schema"] !== null;
  const said = schema ? '{"answer":"yes","sure":true}' : "hello";
  const finish = (): void => {
    held.delete(Number(id));
    if (is("chat/many-at-once") && held.size === 12) return;
    if (is("chat/one-after-another") && chats === 40) return;
    const prompt = is("chat/usage") ? 7 : content.length;
    const given = is("chat/max-tokens") ? 50 : Math.min(most, 2);
    if (is("chat/no-empty-part")) part(id, { type: "text", text: "" });
    const strange = Object.keys(settings).filter((key) => !KNOWN.has(key));
    if (strange.length > 0 && !is("chat/unknown-param-told"))
      part(id, { type: "note", message: `ignores ${strange.join(", ")}` });
    part(id, { type: "text", text: is("chat/schema-met") ? "yes" : said });
    result(id, {
      reason: "stop",
      usage: { prompt_tokens: prompt, completion_tokens: given },
      served: null,
    });
  };
  const timer = setTimeout(finish, most > 1000 ? 30_000 : 5);
  held.set(Number(id), () => {
    clearTimeout(timer);
    held.delete(Number(id));
    fail(id, -32_000);
    if (is("cancel/many")) fail(id, -32_000);
  });
}

const ROLES = new Set(["system", "user", "assistant", "tool"]);

/** Calls what it was offered, as it was told to. @returns false where it has answered already */
function callTools(id: unknown, params: Message): boolean {
  const { tools: offered, tool_choice: choice, parallel, messages } = params;
  const last = (messages as readonly Message[]).at(-1);
  if (
    last?.["role"] === "tool" &&
    is(last["failed"] === true ? "chat/tool-failed" : "chat/tool-result")
  ) {
    fail(id, -32_603, "it broke");
    return false;
  }
  if (!Array.isArray(offered)) return true;
  const names = (offered as readonly Message[]).map(({ name }) => String(name));
  const named = (choice as Message)["name"];
  const none = choice === "none" && !is("chat/tools-none");
  const lazy = choice === "required" && is("chat/tools-required");
  const wanted = typeof named === "string" && !is("chat/tools-named") ? [named] : names;
  const most = parallel === false && !is("chat/tools-one-at-a-time") ? 1 : 2;
  for (const [at, name] of (none || lazy ? [] : wanted.slice(0, most)).entries())
    part(id, {
      type: "tool-call",
      id: is("chat/tools-ids") ? "same" : `${String(id)}-${at}`,
      name: is("chat/tools") ? "rm" : name,
      arguments: '{"n":7}',
    });
  return true;
}

const KNOWN = new Set(
  "temperature top_p seed max_tokens stop deep constructor toString __proto__".split(" "),
);
const BAD = (
  "messages/params-list chat/no-params chat/model-is-a-number chat/no-messages chat/messages-are-text " +
  "chat/empty-messages chat/unknown-role chat/no-content"
).split(" ");

/** Whether it is asked just what it can't bear. */
function refuses(content: string, list: readonly Message[], params: Message): boolean {
  const settings = params["params"] as Message;
  if (is("messages/deep") && settings["deep"] !== undefined) process.exit(1);
  if (is("messages/prototype") && Object.hasOwn(settings, "__proto__")) return true;
  return (
    is("chat/answers") ||
    (is("chat/not-watched") && params["stream"] === false) ||
    (is("chat/unicode") && content.includes("世")) ||
    (is("chat/control-characters") && content.includes("\u0000")) ||
    (is("chat/half-a-pair") && content.includes("\uD83Db")) ||
    (is("chat/looks-like-json") && content.startsWith("{")) ||
    (is("chat/known-params") && settings["seed"] !== undefined) ||
    (is("chat/conversation") && list[0]?.["role"] === "system") ||
    (is("chat/empty") && content === "") ||
    (is("chat/schema") && params["schema"] !== null) ||
    (is("chat/strange-schema") && params["schema"] !== null) ||
    (is("chat/attachment") && list.some(({ attachments }) => attachments !== undefined)) ||
    (is("chat/large") && content.length > 1e6) ||
    (is("chat/long") && list.length > 100)
  );
}
