import { inputRequired, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { setTimeout as sleep } from "node:timers/promises";
import { type Fixtures, object, text } from "./fixture.ts";
import { form, INPUT_TOOLS } from "./input-tools.ts";

const CONFIRM = object({ confirm: { type: "boolean" } });

/** Tools that may go on behind the client's back. */
export const TASK_TOOLS: Fixtures = {
  slow_compute: {
    schema: object({ seconds: { type: "number" }, label: { type: "string" } }, ["seconds"]),
    task: "may",
    call: async ({ seconds }, { signal }) => {
      await sleep(Number(seconds) * 1000, undefined, { signal });
      return text(`computed for ${Number(seconds)} s`);
    },
  },
  failing_job: {
    task: "must",
    call: async (_given, { signal }) => {
      await sleep(100, undefined, { signal });
      return { ...text("the job failed"), isError: true };
    },
  },
  protocol_error_job: {
    task: "may",
    call: () => {
      throw new ProtocolError(ProtocolErrorCode.InternalError, "the job broke the protocol");
    },
  },
  confirm_delete: {
    schema: object({ filename: { type: "string" } }),
    task: "may",
    call: ({ filename }, { inputs }) => {
      if (inputs) return text(`answered for ${String(filename)}`);
      const confirm = form(`Delete ${String(filename)}?`, CONFIRM);
      return inputRequired({ inputRequests: { confirm } });
    },
  },
  multi_input: {
    task: "may",
    call: (_given, { inputs }) => {
      if (inputs) return text(`${Object.keys(inputs).length} answers`);
      const [first, second] = [form("The first?", CONFIRM), form("The second?", CONFIRM)];
      return inputRequired({ inputRequests: { first, second } });
    },
  },
  test_tool_with_task: {
    task: (hasInputs) => (hasInputs ? "may" : "never"),
    call: (...asked) => greeting(...asked),
  },
};

const { call: greeting } = INPUT_TOOLS["test_input_required_result_elicitation"] ?? {
  call: () => text("nobody"),
};
