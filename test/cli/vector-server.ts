/** A stand-in that embeds and reranks as OpenAI-compatible servers do. */
export interface VectorServer {
  readonly env: Record<string, string>;
  readonly asked: { path: string; texts: readonly string[]; body: Record<string, unknown> }[];
  /** Requests that nobody waited for any more. */
  readonly left: () => number;
  stop(): void;
}

/** @param answer null: nobody ever gets one */
export function serveVectors(
  answer: ((texts: readonly string[]) => Response | null) | null = () => null,
): VectorServer {
  const asked: VectorServer["asked"] = [];
  let left = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname: path } = new URL(request.url);
      const body = (await request.json()) as Record<string, unknown>;
      const texts = (body["input"] ?? body["documents"]) as readonly string[];
      asked.push({ path, texts, body });
      request.signal.addEventListener("abort", () => void left++);
      if (answer === null) return await new Promise<Response>(() => undefined);
      return answer(texts) ?? (path.endsWith("/rerank") ? scores(texts) : vectors(texts));
    },
  });
  const url = `http://127.0.0.1:${server.port}/v1`;
  return {
    env: { LOCAL_API_BASE: url },
    asked,
    left: () => left,
    stop: () => void server.stop(true),
  };
}

function vectors(texts: readonly string[]): Response {
  const data = texts.map((text, index) => ({ index, embedding: [text.length, 0.5] }));
  return Response.json({ data, usage: { prompt_tokens: texts.length, total_tokens: 0 } });
}

/** The longer, the better. */
function scores(texts: readonly string[]): Response {
  const results = texts.map((text, index) => ({ index, relevance_score: text.length }));
  return Response.json({ results });
}
