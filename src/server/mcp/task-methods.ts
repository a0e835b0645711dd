import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
  type StandardSchemaV1,
} from "@modelcontextprotocol/server";
import { isObject } from "../../core/json.ts";
import type { DetailedTask, Tasks } from "./tasks.ts";

export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

export interface TaskMethods {
  readonly tasks: Tasks;
  /** Whose tasks can be asked for. */
  readonly owner: string;
  readonly knowsTasks: (context: ServerContext) => boolean;
}

/** `tasks/get`, `tasks/update` and `tasks/cancel`, which the SDK leaves to servers. */
export function attachTasks(server: Server, { tasks, owner, knowsTasks }: TaskMethods): void {
  function on(method: string, answer: (id: string, inputs: Inputs) => object | null): void {
    server.setRequestHandler(method, { params: TASK_PARAMS }, (id, context) => {
      if (!knowsTasks(context)) throw missingTasks();
      const result = answer(id, context.mcpReq.inputResponses ?? {});
      if (result === null) throw noTask(id);
      return { ...result };
    });
  }

  on("tasks/get", (id): DetailedTask | null => tasks.get(owner, id));
  on("tasks/update", (id, inputs) => (tasks.update(owner, id, inputs) ? {} : null));
  on("tasks/cancel", (id) => (tasks.cancel(owner, id) ? {} : null));
}

type Inputs = Readonly<Record<string, unknown>>;

/** For what can only be a task, and a client that knows none. */
export function missingTasks(): MissingRequiredClientCapabilityError {
  const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
  return new MissingRequiredClientCapabilityError({ requiredCapabilities });
}

/** The SDK has taken `inputResponses` out before. */
const TASK_PARAMS: StandardSchemaV1<unknown, string> = {
  "~standard": {
    version: 1,
    vendor: "modullm",
    validate(params) {
      const { taskId } = isObject(params) ? params : {};
      if (typeof taskId === "string") return { value: taskId };
      return { issues: [{ message: "taskId must be a string" }] };
    },
  },
};

function noTask(id: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `there is no task "${id}"`);
}
