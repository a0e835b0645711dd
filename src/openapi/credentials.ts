import type { Config } from "../config/config.ts";
import { ModullmError } from "../core/error.ts";
import { isObject } from "../core/json.ts";
import { type Api, type ApiOperation, at, textAt } from "./api.ts";
import { apiFault } from "./fault.ts";

/** What a request carries to log in. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly cookies: readonly (readonly [name: string, value: string])[];
}

type Pair = readonly [name: string, value: string];

const NOTHING: Credentials = { headers: {}, query: [], cookies: [] };

/**
 * What the configuration has for an operation's host, by the names of the file's security schemes:
 * the first way to log in that is whole. A secret goes to the host that it is configured for, and
 * to no other that a file may name.
 * @throws {ModullmError} RLLM_014 where no way is whole, RLLM_008 for a scheme that there is not
 */
export function credentialsFor(
  api: Api,
  operation: ApiOperation & { readonly server: URL },
  { apiHosts }: Pick<Config, "apiHosts">,
): Credentials {
  const { security, server } = operation;
  if (security.length === 0) return NOTHING;
  const { auth = {}, missing = {} } = apiHosts[server.host] ?? {};
  const way = security.find((names) => names.every((name) => auth[name] !== undefined));
  if (way === undefined) throw wanted(server.host, security[0] ?? [], missing);
  const parts = way.map((name) => partOf(api, operation.id, { name, secret: auth[name] ?? "" }));
  return {
    headers: Object.assign({}, ...parts.map(({ headers }) => headers)) as Credentials["headers"],
    query: parts.flatMap(({ query }) => query),
    cookies: parts.flatMap(({ cookies }) => cookies),
  };
}

function partOf(
  api: Api,
  id: string,
  { name, secret }: { readonly name: string; readonly secret: string },
): Credentials {
  const { files, schemes } = api;
  const scheme = at(files, schemes, name);
  const type = textAt(files, scheme, "type");
  if (!isObject(scheme.value))
    throw apiFault(api.path, id, `it wants "${name}", which is no scheme`);
  if (type === "apiKey") {
    const pair: Pair = [textAt(files, scheme, "name"), secret];
    const where = textAt(files, scheme, "in");
    if (where === "query") return { ...NOTHING, query: [pair] };
    if (where === "cookie") return { ...NOTHING, cookies: [pair] };
    return { ...NOTHING, headers: Object.fromEntries([pair]) };
  }
  if (type === "http" && textAt(files, scheme, "scheme").toLowerCase() === "basic")
    return inHeader(`Basic ${Buffer.from(secret).toString("base64")}`);
  if (["http", "oauth2", "openIdConnect"].includes(type)) return inHeader(`Bearer ${secret}`);
  throw apiFault(api.path, id, `its scheme "${name}" is of the type "${type}", which is not known`);
}

function inHeader(authorization: string): Credentials {
  return { ...NOTHING, headers: { authorization } };
}

function wanted(
  host: string,
  names: readonly string[],
  missing: Readonly<Record<string, readonly string[]>>,
): ModullmError {
  const unset = names.flatMap((name) => missing[name] ?? []);
  const [variable = null] = unset;
  const what =
    unset.length > 0 ? `${unset.join(", ")} is not set` : `there is no "${names.join('", "')}"`;
  return new ModullmError("RLLM_014", `Cannot log in at the API of "${host}": ${what}`, {
    details: { provider: host, missing_env_var: variable, model: null, checked_sources: [] },
    hint:
      `Write openapi: {"${host}": {auth: {${names.map((name) => `${name}: "\${NAME}"`).join(", ")}}}} ` +
      "in config.yaml, and set the variables.",
  });
}
