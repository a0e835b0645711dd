import { ModullmError } from "../core/error.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Scope } from "../engine/scope.ts";
import type { LoadedProgram } from "../library/load.ts";
import { renderTemplate } from "../program/template.ts";
import type { ChatRecord, ChatSummary } from "../store/chats.ts";
import type { App, StartOptions } from "../workspace.ts";
import { Chat } from "./chat.ts";
import { type ChatKeeper, openKeeper } from "./keeper.ts";

/** What a chat is begun with, or changed to when it is gone on with; null: as it was. */
export interface ChatChoices {
  readonly model: string | null;
  readonly system: string | null;
  /** As the user named it: whose contract the answers meet. */
  readonly program: string | null;
  /** As the user named it: whose system message and tools are taken. */
  readonly persona: string | null;
}

/** What a chat runs in. */
export interface ChatPlace {
  readonly app: App;
  /** What all its turns share; not ended here. */
  readonly scope: Scope;
  /** Of every run. */
  readonly flags: StartOptions;
}

/**
 * A new chat; nothing of it is kept before something is said.
 * @param name null: its first message gives it one
 * @throws {ModullmError} RLLM_002 where no model is named, or the name can't be; what reading finds
 */
export async function beginChat(
  place: ChatPlace,
  choices: ChatChoices,
  name: string | null,
): Promise<Chat> {
  const { app, scope, flags } = place;
  const keeper = await openKeeper(app);
  const [program, persona] = [
    await loaded(app, choices.program),
    await loaded(app, choices.persona),
  ];
  if (program?.program.prompt === null) throw notToChat(program, "it asks no model");
  const { defaultModel } = app.config;
  const model = choices.model ?? defaultModel ?? program?.program.model ?? persona?.program.model;
  if (model == null) throw noModel();
  const now = app.tools.clock.now();
  const record: ChatRecord = {
    id: app.tools.newId(),
    tenant: keeper.tenant,
    name: "",
    created: now,
    updated: now,
    model,
    system: choices.system ?? (persona && systemOf(persona)),
    program: program?.path ?? null,
    persona: persona?.path ?? null,
    tools: true,
  };
  const world = { app, scope, flags, program, persona };
  const chat = new Chat(world, keeper, { record, turns: [] });
  if (name !== null) await chat.rename(name);
  return chat;
}

/**
 * A chat that was kept, gone on with.
 * @param name null: the one that was used last
 * @throws {ModullmError} RLLM_016 where there is none; what reading its programs finds
 */
export async function resumeChat(
  { app, scope, flags }: ChatPlace,
  choices: ChatChoices,
  name: string | null,
): Promise<Chat> {
  const keeper = await openKeeper(app);
  const found = name === null ? await lastChat(keeper) : await findChat(keeper, name);
  const { turns: _, ...kept } = found;
  const program = await loaded(app, choices.program ?? kept.program);
  const persona = await loaded(app, choices.persona ?? kept.persona);
  const isOther = choices.persona !== null && persona !== null;
  const record: ChatRecord = {
    ...kept,
    model: choices.model ?? kept.model,
    system: choices.system ?? (isOther ? systemOf(persona) : kept.system),
    program: program?.path ?? null,
    persona: persona?.path ?? null,
  };
  const turns = (await keeper.chats?.turns(record.id)) ?? [];
  return new Chat({ app, scope, flags, program, persona }, keeper, { record, turns });
}

/** @throws {ModullmError} RLLM_016 */
export async function findChat(
  { chats, tenant }: Pick<ChatKeeper, "chats" | "tenant">,
  name: string,
): Promise<ChatSummary> {
  const [named] = (await chats?.list({ tenant, name, limit: 1 })) ?? [];
  if (named) return named;
  const all = (await chats?.list({ tenant })) ?? [];
  const [first, second] = all.filter(({ id }) => id.startsWith(name));
  if (first && !second) return first;
  const near = didYouMean(
    name,
    all.map((chat) => chat.name),
  );
  const reason = second
    ? "the ids of several chats begin so"
    : `no chat has this name, and no id begins so.${near}`;
  throw noChat(name, reason);
}

async function lastChat({ chats, tenant }: ChatKeeper): Promise<ChatSummary> {
  const [last] = (await chats?.list({ tenant, limit: 1 })) ?? [];
  if (last) return last;
  throw noChat("", "none was kept yet");
}

async function loaded(app: App, named: string | null): Promise<LoadedProgram | null> {
  return named === null ? null : await app.load(named);
}

/** A persona's system message. @throws {ModullmError} RLLM_002 where it wants an input */
function systemOf(persona: LoadedProgram): string | null {
  const { system, tools } = persona.program;
  if (system === null && tools.length === 0)
    throw notToChat(persona, "it has neither a system message nor tools");
  const path = system?.parts.find((part) => typeof part !== "string");
  if (path !== undefined)
    throw notToChat(persona, `its system message wants {{${path.path.join(".")}}}`);
  return system && renderTemplate(system, {});
}

function notToChat({ program, path }: LoadedProgram, reason: string): ModullmError {
  return new ModullmError("RLLM_002", `Cannot chat with "${program.name}": ${reason}`, {
    details: { field: "prompt", path },
    hint: "Name another program; `modullm help chat` says what FILE and --persona take.",
  });
}

function noModel(): ModullmError {
  return new ModullmError("RLLM_002", "Cannot chat: no model is named", {
    details: { field: "model" },
    hint:
      "Name one with --model, or for good with `modullm config set runtime.default_model " +
      "PROVIDER/NAME`; `modullm doctor` shows which can be used.",
  });
}

function noChat(source: string, reason: string): ModullmError {
  const named = source === "" ? "" : ` "${source}"`;
  return new ModullmError("RLLM_016", `There is no chat${named}: ${reason}`, {
    details: { source, reason },
    hint: "`modullm chats list` shows them.",
  });
}
