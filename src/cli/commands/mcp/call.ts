import { compileContract } from "../../../contract/compile.ts";
import { ModullmError } from "../../../core/error.ts";
import { didYouMean } from "../../../core/nearest.ts";
import { serverError } from "../../../mcp/fault.ts";
import { type ListedTool, usable, type UsableTool } from "../../../mcp/listing.ts";
import { resultOf } from "../../../mcp/results.ts";
import { permitServer } from "../../../mcp/tools.ts";
import { issueDetails } from "../../../engine/state.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { Action } from "../../command.ts";
import { asText } from "../../format-option.ts";
import { readInput } from "../../run-input.ts";
import { interruptible } from "./interruptible.ts";

/** One call, for whoever types it: no model reads what comes of it. */
export const call: Action = {
  least: 2,
  most: 2,
  wants: "the name of a server and of one of its tools",
  async run([name = "", wanted = ""], context) {
    return await interruptible(context, async (app, signal) => {
      const servers = await app.mcp();
      permitServer(name, servers.config(name), app.permit);
      const connection = await servers.connect(name);
      const tool = findTool(await connection.tools(signal), wanted, name);
      app.permit("call-tool", tool.name, { kind: "tool", origin: `mcp:${name}/${tool.name}` });
      const input = await inputFor(tool, context);
      const result = resultOf(await connection.call(tool, input, signal), tool);
      const { content, value, failed, attachments = [] } = result;
      if (asText(context)) context.output.text(content);
      else
        context.output.json({
          ok: !failed,
          content,
          ...(value === undefined ? {} : { value }),
          ...(attachments.length === 0 ? {} : { attachments }),
        });
      return failed ? 1 : 0;
    });
  },
};

function findTool(listed: readonly ListedTool[], wanted: string, server: string): UsableTool {
  const found = listed.find(({ name }) => name === wanted);
  if (found === undefined) {
    const names = listed.map(({ name }) => name);
    const reason = `it has none of that name.${didYouMean(wanted, names)}`;
    throw new ModullmError(
      "RLLM_008",
      `Cannot call "${wanted}" of MCP server "${server}": ${reason}`,
      {
        details: { entry: wanted, reason },
        hint: `\`modullm mcp inspect ${server}\` shows its tools.`,
      },
    );
  }
  const tool = usable(found);
  if (tool !== null) return tool;
  throw serverError(server, { reason: `its tool "${wanted}" ${found.fault}`, retryable: false });
}

/** @throws {ModullmError} RLLM_004 for an input that the tool does not take, RLLM_016 */
async function inputFor(
  { name, input: schema }: UsableTool,
  context: Parameters<Action["run"]>[1],
): Promise<JsonObject> {
  const compiled = compileContract(schema);
  if (!compiled.ok) throw new Error("a tool with a schema that can't be compiled is not usable");
  const { contract } = compiled;
  const input = await readInput(contract, context);
  const check = contract.check(input);
  if (check.ok) return input as JsonObject;
  const [issue] = check.issues;
  const at = issue.path.length === 0 ? "The input" : `The input field "${issue.path.join(".")}"`;
  throw new ModullmError("RLLM_004", `${at} of "${name}" ${issue.reason}`, {
    details: issueDetails(issue),
    expectedSchema: schema,
    receivedPayload: input,
  });
}
