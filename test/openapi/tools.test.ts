import { afterEach, describe, expect, test } from "bun:test";
import {
  apiFile,
  type ApiServer,
  called,
  openApi,
  privateHost,
  type Seen,
  serveApi,
} from "./api-world.ts";

const servers: ApiServer[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.stop()));

function serve(
  answer: (seen: Seen) => Response | Promise<Response> = () => Response.json({ ok: true }),
): ApiServer {
  const server = serveApi(answer);
  servers.push(server);
  return server;
}

/** The code and the message of what is thrown. */
async function faultOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "nothing",
    (thrown: { code?: string; message: string }) => `${thrown.code} ${thrown.message}`,
  );
}

describe("an operation", () => {
  test("takes its parameters and body as one typed input, and writes each where it belongs", async () => {
    const { host, seen } = serve();
    const [tool] = await openApi(
      apiFile(host, {
        "/shops/{shop}/orders": {
          parameters: [{ name: "shop", in: "path", required: true, schema: { type: "string" } }],
          post: {
            operationId: "placeOrder",
            summary: "Places an order",
            description: "It is paid later.",
            parameters: [
              { name: "tags", in: "query", schema: { type: "array", items: { type: "string" } } },
              { name: "X-Trace", in: "header", schema: { type: "string" } },
              { name: "session", in: "cookie", schema: { type: "string" } },
              { name: "body", in: "query", schema: { type: "string" } },
              { name: "Authorization", in: "header", schema: { type: "string" } },
            ],
            requestBody: {
              required: true,
              content: { "application/json": { schema: { type: "object", minProperties: 1 } } },
            },
          },
        },
      }),
      { only: ["placeOrder"] },
    );
    expect(tool).toMatchObject({
      name: "placeOrder",
      description: "Places an order\nIt is paid later.",
      origin: "openapi:api.yaml/placeOrder",
    });
    const { properties, required } = tool?.input ?? {};
    const names = ["tags", "X-Trace", "session", "body_query", "shop", "body"];
    expect(Object.keys(properties ?? {})).toEqual(names);
    expect(required).toEqual(["shop", "body"]);
    const result = await called(tool, {
      shop: "a b/c",
      tags: ["x", "y&z"],
      "X-Trace": "t1",
      session: "s1",
      body_query: "q",
      body: { items: [1] },
    });
    expect(result).toMatchObject({ failed: false, value: { ok: true } });
    const [request] = seen;
    expect(request).toMatchObject({
      method: "POST",
      target: "/v1/shops/a%20b%2Fc/orders?tags=x&tags=y%26z&body=q",
      body: '{"items":[1]}',
    });
    expect(request?.headers.get("x-trace")).toBe("t1");
    expect(request?.headers.get("cookie")).toBe("session=s1");
    expect(request?.headers.get("content-type")).toBe("application/json");
  });

  test("without an id is named by its method and path", async () => {
    const { host, seen } = serve();
    const api = apiFile(host, { "/orders": { get: {} } });
    const [tool] = await openApi(api, { only: ["GET /orders"] });
    expect(tool?.name).toBe("GET_orders");
    await called(tool, {});
    expect(seen[0]?.target).toBe("/v1/orders");
  });

  test("writes forms", async () => {
    const { host, seen } = serve();
    const content = { "application/x-www-form-urlencoded": { schema: { type: "object" } } };
    const api = apiFile(host, { "/o": { post: { operationId: "o", requestBody: { content } } } });
    const [tool] = await openApi(api);
    await called(tool, { body: { a: "x y", b: [1, 2] } });
    expect(seen[0]?.body).toBe("a=x%20y&b=1&b=2");
  });

  test.each([
    ["..", "a part of it is only dots"],
    [".", "a part of it is only dots"],
    ["", '"id" is empty'],
  ])("a path can't be led elsewhere by %p", async (id, reason) => {
    const { host, seen } = serve();
    const parameters = [{ name: "id", in: "path", required: true, schema: { type: "string" } }];
    const [tool] = await openApi(
      apiFile(host, { "/o/{id}/x": { get: { operationId: "o", parameters } } }),
    );
    const result = await called(tool, { id });
    expect(result).toEqual({ content: expect.stringContaining(reason), failed: true });
    expect(seen).toEqual([]);
  });

  test("what a model gives in a header can't begin another one", async () => {
    const { host, seen } = serve();
    const parameters = [{ name: "X-A", in: "header", schema: { type: "string" } }];
    const [tool] = await openApi(
      apiFile(host, { "/o": { get: { operationId: "o", parameters } } }),
    );
    const result = await called(tool, { "X-A": "a\r\nX-B: c" });
    expect(result.failed).toBe(true);
    expect(seen).toEqual([]);
  });
});

describe("schemas", () => {
  test("of 3.0 become those of 2020-12; references may lead in a circle, and to files beside", async () => {
    const { host } = serve();
    const yaml = `
openapi: 3.0.3
info: {title: t, version: "1"}
servers: [{url: "http://${host}/"}]
paths:
  /o:
    post:
      operationId: o
      requestBody:
        content:
          application/json: {schema: {$ref: "shared.yaml#/Node"}}
      responses:
        200: {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Out"}}}}
components:
  schemas:
    Out: {type: object, required: [id, secret], properties: {id: {type: integer}, secret: {type: string, writeOnly: true}}}
`;
    const shared = `
Node:
  type: object
  required: [id, name]
  properties:
    id: {type: integer, readOnly: true}
    name: {type: string, nullable: true, enum: [a, b]}
    size: {type: number, minimum: 0, exclusiveMinimum: true}
    next: {$ref: "#/Node"}
`;
    const [tool] = await openApi(yaml, { files: { "shared.yaml": shared } });
    expect(tool?.input["$defs"]).toEqual({
      Node: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: ["string", "null"], enum: ["a", "b", null] },
          size: { type: "number", exclusiveMinimum: 0 },
          next: { $ref: "#/$defs/Node" },
        },
      },
    });
    const out = { type: "object", required: ["id"], properties: { id: { type: "integer" } } };
    expect(tool?.output).toMatchObject({ $defs: { Out: out } });
  });

  test.each([
    ["https://example.com/s.yaml#/A", "nothing is fetched"],
    ["//example.com/s.yaml#/A", "nothing is fetched"],
    ["file:///etc/passwd", "nothing is fetched"],
    ["../outside.yaml#/A", "can't be read"],
    ["/etc/hostname", "outside of the folder"],
    ["#/components/schemas/None", "leads nowhere"],
    ["#/components/schemas/Loop", "lead on more than"],
  ])("the reference %s is refused", async ($ref, reason) => {
    const { host } = serve();
    const parameters = [{ name: "a", in: "query", schema: { $ref } }];
    const loop = { Loop: { $ref: "#/components/schemas/Loop" } };
    const api = apiFile(
      host,
      { "/o": { get: { operationId: "o", parameters } } },
      { components: { schemas: loop } },
    );
    expect(await faultOf(openApi(api))).toMatch(new RegExp(`^RLLM_008 .*${reason}`));
  });

  test.each([
    [{ openapi: "2.0", paths: {} }, "3.0 and 3.1 are read"],
    [{ swagger: "2.0" }, "3.0 and 3.1 are read"],
    ["[1]", "holds no mapping"],
    ["a: [", "can't be read"],
  ])("the file %j is RLLM_008", async (api, reason) => {
    expect(await faultOf(openApi(api))).toMatch(new RegExp(`^RLLM_008 .*${reason}`));
  });

  test("an operation that there is not is told with the nearest one", async () => {
    const { host } = serve();
    const api = apiFile(host, { "/o": { get: { operationId: "getOrder" } } });
    expect(await faultOf(openApi(api, { only: ["getOrdr"] }))).toContain(
      'Did you mean "getOrder"?',
    );
  });

  test("a file without a host is RLLM_008", async () => {
    const api = {
      ...apiFile("x", { "/o": { get: { operationId: "o" } } }),
      servers: [{ url: "/v1" }],
    };
    expect(await faultOf(openApi(api))).toContain("names no host");
  });
});

describe("answers", () => {
  const responses = {
    "200": {
      content: {
        "application/json": { schema: { type: "object", required: ["id"] } },
      },
    },
  };

  async function answered(answer: () => Response | Promise<Response>) {
    const { host } = serve(answer);
    const [tool] = await openApi(apiFile(host, { "/o": { get: { operationId: "o", responses } } }));
    return await called(tool, {});
  }

  test.each<[string, () => Response, string]>([
    ["an error", () => new Response("no such order", { status: 404 }), "HTTP 404: no such order"],
    ["what is not promised", () => Response.json({ x: 1 }), "is not what its file promises"],
    [
      "what is no JSON",
      () => new Response("{", { headers: { "content-type": "application/json" } }),
      "says that it is JSON, and is not",
    ],
    [
      "a redirect to another host",
      () => Response.redirect("https://evil.example/x", 302),
      "HTTP 302: it leads on to https://evil.example, which is not followed",
    ],
  ])("%s is a failed result", async (_, answer, reason) => {
    expect(await answered(answer)).toEqual({
      content: expect.stringContaining(reason),
      failed: true,
    });
  });

  test("a redirect within the host is followed", async () => {
    const { host, seen } = serve(({ target }) =>
      target === "/v1/o" ? Response.redirect("/v1/p", 302) : Response.json({ id: 1 }),
    );
    const [tool] = await openApi(apiFile(host, { "/o": { get: { operationId: "o" } } }));
    expect(await called(tool, {})).toMatchObject({ value: { id: 1 } });
    expect(seen.map(({ target }) => target)).toEqual(["/v1/o", "/v1/p"]);
  });

  test("too much is RLLM_025, and is not held", async () => {
    const body = new Uint8Array(9 * 1024 * 1024);
    expect(await faultOf(answered(() => new Response(body)))).toContain(
      "it answered with more than 8388608 bytes",
    );
  });

  test("texts and pictures come as they are, other bytes are left out", async () => {
    const png = Buffer.from("89504e470d0a1a0a", "hex");
    const typed = (type: string) => () => new Response(png, { headers: { "content-type": type } });
    expect((await answered(typed("image/png"))).attachments).toHaveLength(1);
    expect((await answered(typed("application/zip"))).content).toContain("were left out");
    expect((await answered(() => new Response("hello"))).content).toBe("hello");
    expect(await answered(() => new Response(null, { status: 204 }))).toMatchObject({
      content: "HTTP 204, without content",
      failed: false,
    });
  });
});

describe("hosts and logins", () => {
  const schemes = {
    key: { type: "apiKey", in: "header", name: "X-Key" },
    asked: { type: "apiKey", in: "query", name: "k" },
    cookie: { type: "apiKey", in: "cookie", name: "c" },
    basic: { type: "http", scheme: "basic" },
    bearer: { type: "http", scheme: "bearer" },
    oauth: { type: "oauth2", flows: {} },
  };

  async function loggedIn(security: readonly object[], auth: Record<string, string>) {
    const { host, seen } = serve();
    const api = apiFile(
      host,
      { "/o": { get: { operationId: "o" } } },
      { security, components: { securitySchemes: schemes } },
    );
    const [tool] = await openApi(api, { hosts: { [host]: privateHost(auth) } });
    await called(tool, {});
    return seen[0];
  }

  test.each<[string, object[], Record<string, string>, string, string]>([
    ["a key in a header", [{ key: [] }], { key: "s1" }, "x-key", "s1"],
    ["basic", [{ basic: [] }], { basic: "u:p" }, "authorization", "Basic dTpw"],
    ["bearer", [{ bearer: [] }], { bearer: "t" }, "authorization", "Bearer t"],
    [
      "the first way that is whole",
      [{ key: [], oauth: [] }, { oauth: [] }],
      { oauth: "t" },
      "authorization",
      "Bearer t",
    ],
    ["a cookie", [{ cookie: [] }], { cookie: "v" }, "cookie", "c=v"],
  ])("%s", async (_, security, auth, header, value) => {
    expect((await loggedIn(security, auth))?.headers.get(header)).toBe(value);
  });

  test("a key in the query stands beside what the model gives", async () => {
    expect((await loggedIn([{ asked: [] }], { asked: "a&b" }))?.target).toBe("/v1/o?k=a%26b");
  });

  test("none is needed where one way is empty", async () => {
    expect((await loggedIn([{}, { key: [] }], {}))?.headers.get("x-key")).toBeNull();
  });

  test("without a secret it is RLLM_014 before anything is called", async () => {
    expect(await faultOf(loggedIn([{ key: [] }], {}))).toMatch(/^RLLM_014 .*there is no "key"/);
  });

  test("a secret is for the host that it is configured for, whatever a file names its own", async () => {
    const { host } = serve();
    const api = apiFile(
      host,
      { "/o": { get: { operationId: "o" } } },
      { security: [{ key: [] }], components: { securitySchemes: schemes } },
    );
    const hosts = { "api.acme.io": privateHost({ key: "secret" }), [host]: privateHost() };
    expect(await faultOf(openApi(api, { hosts }))).toStartWith("RLLM_014");
  });

  test.each([
    ["127.0.0.1", ["127.0.0.1"]],
    ["10.0.0.8", ["10.0.0.8"]],
    ["rebound.example", ["93.184.216.34", "169.254.169.254"]],
  ])("a private address of %s is not dialled", async (host, addresses) => {
    const api = apiFile(host, { "/o": { get: { operationId: "o" } } });
    const [tool] = await openApi(api, { hosts: {}, lookup: async () => addresses });
    expect(await faultOf(called(tool, {}))).toMatch(
      /^RLLM_025 .*is not on the public internet; if it may be, write openapi/,
    );
  });
});
