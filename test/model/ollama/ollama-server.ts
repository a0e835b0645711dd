/** What a stand-in for `ollama serve` was asked. */
export interface Asked {
  readonly path: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface OllamaServer {
  readonly url: string;
  readonly host: string;
  readonly asked: readonly Asked[];
  /** Names as /api/tags gives them; a pull adds to it. */
  readonly tags: string[];
  close(): Promise<void>;
}

export interface Script {
  readonly tags?: readonly string[];
  /** Lines of /api/chat, in order; a text is sent as it is. */
  readonly chat?: readonly unknown[];
  /** Lines of /api/pull; without a `success` among them nothing is added. */
  readonly pull?: readonly unknown[];
  /** Leaves the chat open after its lines. */
  readonly hangs?: boolean;
}

/** Speaks /api/tags, /api/chat and /api/pull as Ollama does, on a real port. */
export function openOllama(script: Script): OllamaServer {
  const asked: Asked[] = [];
  const tags = [...(script.tags ?? [])];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 30,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const body: Record<string, unknown> =
        request.method === "POST" ? JSON.parse(await request.text()) : {};
      asked.push({ path: pathname, headers: request.headers, body });
      if (pathname === "/api/tags")
        return Response.json({ models: tags.map((name) => ({ name, model: name })) });
      if (pathname === "/api/pull") return pulled(script, body, tags);
      if (pathname !== "/api/chat") return Response.json({ error: "not found" }, { status: 404 });
      const present = tags.includes(withTag(String(body["model"])));
      if (!present)
        return Response.json(
          { error: `model "${String(body["model"])}" not found` },
          { status: 404 },
        );
      return lines(script.chat ?? [], script.hangs ?? false);
    },
  });
  const host = `127.0.0.1:${server.port}`;
  return { url: `http://${host}`, host, asked, tags, close: () => server.stop(true) };
}

/** One line of an answer. */
export function piece(
  content: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return { model: "llama3.2", message: { role: "assistant", content, ...more }, done: false };
}

export const END = {
  ...piece(""),
  done: true,
  done_reason: "stop",
  prompt_eval_count: 7,
  eval_count: 4,
};

function pulled(script: Script, body: Readonly<Record<string, unknown>>, tags: string[]): Response {
  const steps = script.pull ?? [{ status: "success" }];
  if (JSON.stringify(steps).includes(`"success"`))
    tags.push(withTag(String(body["name"] ?? body["model"])));
  return lines(steps, false);
}

function lines(all: readonly unknown[], hangs: boolean): Response {
  const text = all
    .map((line) => (typeof line === "string" ? line : `${JSON.stringify(line)}\n`))
    .join("");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (!hangs) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}

function withTag(name: string): string {
  return name.includes(":") ? name : `${name}:latest`;
}
