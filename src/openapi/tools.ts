import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { compileContract } from "../contract/compile.ts";
import type { Contract, JsonSchema } from "../contract/contract.ts";
import { sha256 } from "../core/digest.ts";
import { writeJson } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { type Lookup, systemLookup } from "../media/dial.ts";
import type { ForeignTool, KnownTool, ToolSource } from "../model/tool.ts";
import { type Policy, requireAllowed } from "../policy/policy.ts";
import type { ToolEntry } from "../program/program.ts";
import { toolName } from "../program/tools.ts";
import { resultOf } from "./answer.ts";
import { type Api, type ApiOperation, readApi } from "./api.ts";
import { type Credentials, credentialsFor } from "./credentials.ts";
import { apiFault } from "./fault.ts";
import { BadArgument, requestOf } from "./request.ts";
import { send } from "./send.ts";
import { type Shape, shapeOf } from "./shape.ts";

export interface ApiToolsOptions {
  readonly config: Config;
  /** For the variables that name a proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly policy: Policy;
  /** @default the system's resolver */
  readonly lookup?: Lookup;
}

/** Operations of APIs, as OpenAPI files describe them. */
export function createApiTools(options: ApiToolsOptions): ToolSource {
  const { config, policy } = options;
  return {
    async open(entry, { principal, folder }) {
      const ask = { principal, labels: [] };
      const resource = { name: entry.from.name, facts: { kind: "openapi" } };
      requireAllowed(policy, { ...ask, action: "call-tool", resource });
      return await Promise.resolve(
        chosen(entry, folder).map((each) => {
          const { server } = each.operation;
          requireAllowed(policy, {
            ...ask,
            action: "egress",
            resource: { name: server.host, facts: { api: entry.from.name } },
          });
          const credentials = credentialsFor(each.api, each.operation, config);
          return foreignTool(each, { credentials, options });
        }),
      );
    },
    known: (entry, { folder }) =>
      Promise.resolve().then(() => {
        const all = chosen(entry, folder);
        const reaches = [...new Set(all.map(({ operation }) => operation.server.host))];
        return { tools: all.map(({ tool }) => tool), unknown: null, reaches };
      }),
  };
}

/** An operation that a program names. */
interface Chosen {
  readonly api: Api;
  readonly operation: ApiOperation & { readonly server: URL };
  readonly shape: Shape;
  readonly tool: KnownTool;
}

/** @throws {ModullmError} RLLM_008 for an operation that there is not, or that can't be called */
function chosen(entry: ToolEntry, folder: string): readonly Chosen[] {
  const { name } = entry.from;
  const api = readApi(resolve(folder, name), name);
  const ids = api.operations.map(({ id }) => id);
  const wanted = (entry.only ?? ids).map((id) => {
    const found = api.operations.filter((operation) => operation.id === id);
    const [first] = found;
    if (first === undefined)
      throw apiFault(name, id, `it has no such operation.${didYouMean(id, ids)}`);
    if (found.length > 1) throw apiFault(name, id, "two of its operations have that id");
    return first;
  });
  return wanted.map((operation) => {
    const { id, server } = operation;
    if (server === null)
      throw apiFault(name, id, 'the file names no host for it: "servers" needs a whole URL');
    const shape = shapeOf(api, operation);
    for (const schema of [shape.input, ...shape.outputs.values()]) requireUsable(name, id, schema);
    const [output] = shape.outputs.values();
    const tool = {
      name: entry.as ?? toolName(id),
      description: operation.description,
      input: shape.input,
      origin: `openapi:${name}/${id}`,
      ...(output === undefined ? {} : { output }),
    };
    return { api, operation: { ...operation, server }, shape, tool };
  });
}

function foreignTool(
  { operation, shape, tool }: Chosen,
  { credentials, options }: { credentials: Credentials; options: ApiToolsOptions },
): ForeignTool {
  const { config, env, lookup = systemLookup } = options;
  const { host, href } = operation.server;
  const isPrivate = config.apiHosts[host]?.isPrivate ?? false;
  const contracts = contractsOf(shape.outputs);
  return {
    ...tool,
    identity: sha256(writeJson([href, operation.method, operation.path, credentials])),
    async call(input, { signal }) {
      try {
        const request = requestOf(operation, shape, input, credentials);
        const answer = await send(request, { isPrivate, env, lookup, signal });
        return resultOf(answer, { name: tool.name, contracts });
      } catch (thrown) {
        if (!(thrown instanceof BadArgument)) throw thrown;
        return { content: `The call was not made: ${thrown.message}`, failed: true };
      }
    },
  };
}

function requireUsable(name: string, id: string, schema: JsonSchema): void {
  const compiled = compileContract(schema);
  if (compiled.ok) return;
  const [{ reason }] = compiled.faults;
  throw apiFault(name, id, `what it takes or gives can't be checked: ${reason}`);
}

function contractsOf(outputs: Shape["outputs"]): ReadonlyMap<string, Contract> {
  return new Map(
    [...outputs].flatMap(([status, schema]) => {
      const compiled = compileContract(schema);
      return compiled.ok ? [[status, compiled.contract] as const] : [];
    }),
  );
}
