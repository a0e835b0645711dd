/** A call that the scripted model makes, or its answer. */
export type Turn = string | readonly { readonly name: string; readonly arguments: object }[];

interface Asked {
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly tool_call_id?: string;
  }[];
  readonly tools?: readonly {
    readonly function: { readonly name: string; readonly parameters: object };
  }[];
}

export interface ToolServer {
  readonly env: Record<string, string>;
  readonly asked: readonly Asked[];
  stop(): void;
}

/** An OpenAI-compatible server behind `local/…` whose model takes these turns; the last repeats. */
export function serveTurns(turns: readonly Turn[]): ToolServer {
  const asked: Asked[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method !== "POST") return new Response("no lists here", { status: 404 });
      asked.push((await request.json()) as Asked);
      const turn = turns[Math.min(asked.length, turns.length) - 1] ?? "";
      const message =
        typeof turn === "string"
          ? { role: "assistant", content: turn }
          : {
              role: "assistant",
              content: null,
              tool_calls: turn.map(({ name, arguments: given }, at) => ({
                id: `call-${asked.length}-${at}`,
                type: "function",
                function: { name, arguments: JSON.stringify(given) },
              })),
            };
      return Response.json({
        id: "c1",
        created: 0,
        model: "m",
        object: "chat.completion",
        usage: { prompt_tokens: 10, completion_tokens: 6, total_tokens: 16 },
        choices: [
          { index: 0, finish_reason: typeof turn === "string" ? "stop" : "tool_calls", message },
        ],
      });
    },
  });
  return {
    asked,
    env: { LOCAL_API_BASE: `http://127.0.0.1:${server.port}/v1` },
    stop: () => void server.stop(true),
  };
}
