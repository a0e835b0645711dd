import {
  CLIENT_CAPABILITIES_META_KEY,
  mergeCapabilities,
  type Progress,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isObject } from "../../core/json.ts";
import type { Principal } from "../../core/principal.ts";
import { VERSION } from "../../core/version.ts";
import type { Call, Notify, Surface } from "./surface.ts";
import { attachTasks, missingTasks, TASKS_EXTENSION } from "./task-methods.ts";
import type { Tasks } from "./tasks.ts";

export interface ServerParts {
  readonly surface: Surface;
  readonly tasks: Tasks;
  readonly notify: Notify;
  /** Takes secrets out of all that leaves. */
  readonly redact: <Value>(value: Value) => Value;
}

/** Whose requests it is for, in which revision: `legacy` is 2025-11-25 and before. */
export interface ServedClient {
  readonly principal: Principal;
  readonly era: "legacy" | "modern";
}

/** The SDK's server of one connection, or of one request, that answers with what a surface has. */
export function createServer(parts: ServerParts, { principal, era }: ServedClient): Server {
  const { surface, tasks, notify, redact } = parts;
  const extensions = era === "modern" ? { extensions: { [TASKS_EXTENSION]: {} } } : {};
  const capabilities = { tools: {}, prompts: {}, resources: {}, ...extensions };
  const server = new ResultServer(
    { name: "modullm", version: VERSION },
    {
      ...surface.options,
      capabilities: mergeCapabilities(capabilities, surface.options?.capabilities ?? {}),
      instructions: surface.instructions,
    },
  );
  const callOf = (context: ServerContext): Call => ({
    principal,
    signal: context.mcpReq.signal,
    progress: progressOf(context, redact),
    inputs: context.mcpReq.inputResponses,
    context,
  });

  server.setRequestHandler("tools/list", async () => {
    return redact({ tools: [...(await surface.tools(principal))] });
  });
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const { name, arguments: given = {} } = params;
    const call = callOf(context);
    const mode = surface.taskOf(name, call.inputs !== undefined);
    const knows = knowsTasks(context);
    if (mode === "must" && !knows) throw missingTasks();
    if (mode !== "never" && knows) {
      const task = tasks.start(principal.id, call.inputs, async (own) =>
        redact(await surface.call(name, given, { ...call, ...own })),
      );
      if (task) return { ...task, resultType: "task", content: [] };
    }
    return redact(await surface.call(name, given, call));
  });
  server.setRequestHandler("prompts/list", async ({ params }) =>
    redact(await surface.prompts(principal, params?.cursor ?? null)),
  );
  server.setRequestHandler("prompts/get", async ({ params }, context) =>
    redact(await surface.prompt(params.name, params.arguments ?? {}, callOf(context))),
  );
  server.setRequestHandler("resources/list", async ({ params }) =>
    redact(await surface.resources(principal, params?.cursor ?? null)),
  );
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: [...surface.templates],
  }));
  server.setRequestHandler("resources/read", async ({ params }) => {
    const found = await surface.read(params.uri, principal);
    if (found === null) throw new ResourceNotFoundError(params.uri);
    return redact(found);
  });
  surface.extend?.(server, notify);
  if (era === "modern") attachTasks(server, { tasks, owner: principal.id, knowsTasks });
  return server;
}

/** The SDK wants content in every result of a tool; a task has none yet. */
class ResultServer extends Server {
  protected override _wrapHandler(
    method: string,
    handler: Parameters<Server["_wrapHandler"]>[1],
  ): ReturnType<Server["_wrapHandler"]> {
    // oxlint-disable-next-line no-underscore-dangle -- the SDK's name
    const wrapped = super._wrapHandler(method, handler);
    return async (request, context) => {
      const result = await wrapped(request, context);
      if (!("taskId" in result && "content" in result)) return result;
      const { content: _, ...task } = result;
      return task;
    };
  }
}

function knowsTasks({ mcpReq }: ServerContext): boolean {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  const declared = envelope[CLIENT_CAPABILITIES_META_KEY];
  if (!isObject(declared) || !isObject(declared["extensions"])) return false;
  return Object.hasOwn(declared["extensions"], TASKS_EXTENSION);
}

function progressOf({ mcpReq }: ServerContext, redact: ServerParts["redact"]): Call["progress"] {
  // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
  const token = mcpReq._meta?.progressToken;
  if (token === undefined) return () => {};
  return (report) => {
    const params: Progress & { progressToken: typeof token } = { ...report, progressToken: token };
    // A client that is gone is told nothing more; its call ends by its signal.
    mcpReq.notify({ method: "notifications/progress", params: redact(params) }).catch(() => {});
  };
}
