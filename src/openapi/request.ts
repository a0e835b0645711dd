import type { Json, JsonObject } from "../core/json.ts";
import { isObject, writeJson } from "../core/json.ts";
import type { ApiOperation } from "./api.ts";
import type { Credentials } from "./credentials.ts";
import { BODY, type Parameter, type Shape } from "./shape.ts";
import { written } from "./styles.ts";

/** A request that can be sent. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Arguments that no request can be made of: the model is told why. */
export class BadArgument extends Error {}

/**
 * The request of an operation with a model's arguments. They fill in what the file leaves open, and
 * can't lead anywhere else: the server and the form of the path are the file's.
 * @param input meets the shape's input
 * @throws {BadArgument}
 */
export function requestOf(
  { method, path, server }: ApiOperation & { readonly server: URL },
  { parameters, body }: Shape,
  input: JsonObject,
  credentials: Credentials,
): ApiRequest {
  const given = (where: Parameter["in"]): readonly (readonly [Parameter, Json])[] =>
    parameters
      .filter((each) => each.in === where)
      .flatMap((each) => {
        const value = input[each.property];
        return value === undefined || value === null ? [] : [[each, value] as const];
      });
  const query = [
    ...given("query").flatMap(([each, value]) => written(each, value)),
    ...credentials.query.map(([name, value]) => `${escaped(name)}=${escaped(value)}`),
  ];
  const cookies = [
    ...given("cookie").flatMap(([each, value]) => written(each, value)),
    ...credentials.cookies.map(([name, value]) => `${name}=${value}`),
  ];
  const own = given("header").map(([each, value]) => {
    const text = written(each, value).join("");
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
      throw new BadArgument(`"${each.property}" holds a character that no header may hold`);
    return [each.name, text] as const;
  });
  const sent = body === null ? null : bodyText(body.kind, input[BODY]);
  return {
    method,
    url: addressOf(server, filled(path, given("path")), query),
    headers: {
      ...Object.fromEntries(own),
      accept: "application/json, text/*;q=0.9, */*;q=0.5",
      ...(cookies.length === 0 ? {} : { cookie: cookies.join("; ") }),
      ...(body === null || sent === null
        ? {}
        : { "content-type": body.mediaType, "content-length": String(Buffer.byteLength(sent)) }),
      ...credentials.headers,
    },
    body: sent,
  };
}

/** @throws {BadArgument} for a value that would make another path of it */
function filled(path: string, values: readonly (readonly [Parameter, Json])[]): string {
  const texts = new Map(
    values.map(([each, value]) => [each.name, { each, text: written(each, value).join("") }]),
  );
  const whole = path.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const found = texts.get(name);
    if (found === undefined) throw new BadArgument(`"${name}" is missing in the path`);
    if (found.text === "") throw new BadArgument(`"${found.each.property}" is empty`);
    return found.text;
  });
  if (whole.split("/").some((segment) => /^\.{1,2}$/.test(segment)))
    throw new BadArgument("the path would lead elsewhere: a part of it is only dots");
  return whole;
}

function addressOf(server: URL, path: string, query: readonly string[]): URL {
  const url = new URL(server);
  url.pathname = server.pathname.replace(/\/$/, "") + path;
  url.search = [server.search.replace(/^\?/, ""), ...query].filter((each) => each !== "").join("&");
  url.hash = "";
  return url;
}

function bodyText(kind: "json" | "form" | "text", value: Json | undefined): string | null {
  if (value === undefined) return null;
  if (kind === "json") return writeJson(value);
  if (kind === "text") return typeof value === "string" ? value : writeJson(value);
  const pairs = isObject(value) ? Object.entries(value) : [];
  return pairs
    .filter(([, each]) => each !== null)
    .flatMap(([name, each]) => written({ ...FORM_FIELD, property: name, name }, each))
    .join("&");
}

const FORM_FIELD = {
  in: "query",
  style: "form",
  explode: true,
  allowReserved: false,
  isJson: false,
} as const;

function escaped(text: string): string {
  return encodeURIComponent(text);
}
