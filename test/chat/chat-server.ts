/** What a scripted model says: a text, a text that it never ends, a refusal, or calls of tools. */
export type Reply =
  | string
  | { readonly begins: string }
  | { readonly status: number; readonly code: string }
  | { readonly call: string; readonly input: object };

interface Asked {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly tools?: readonly unknown[];
  readonly response_format?: unknown;
}

export interface ChatServer {
  /** Variables that lead to it, as `local/…`. */
  readonly env: Record<string, string>;
  readonly asked: Asked[];
  /** The texts of the last request. */
  last(): string[];
  stop(): void;
}

/** An OpenAI-compatible server that gives the replies in order; the last one repeats. */
export function serveChat(replies: readonly Reply[]): ChatServer {
  const left = [...replies];
  const asked: Asked[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method !== "POST") return new Response("no lists here", { status: 404 });
      asked.push((await request.json()) as Asked);
      const reply = (left.length > 1 ? left.shift() : left[0]) ?? "";
      if (typeof reply === "object" && "status" in reply)
        return Response.json(
          { error: { message: "refused by the script", code: reply.code } },
          { status: reply.status },
        );
      return new Response(streamOf(reply), { headers: { "content-type": "text/event-stream" } });
    },
  });
  return {
    env: {
      LOCAL_API_BASE: `http://127.0.0.1:${server.port}/v1`,
      OPENAI_API_BASE: `http://127.0.0.1:${server.port}/v1`,
      OPENAI_API_KEY: "sk-test-of-a-chat-0123456789",
    },
    asked,
    last: () => (asked.at(-1)?.messages ?? []).map(({ content }) => textOf(content)),
    stop: () => void server.stop(true),
  };
}

function streamOf(reply: Exclude<Reply, { status: number }>): ReadableStream {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async start(controller) {
      const send = (delta: object, finish: string | null, rest: object = {}): void => {
        const choices = [{ index: 0, delta, finish_reason: finish }];
        const chunk = { id: "c", object: "chat.completion.chunk", created: 0, model: "m", choices };
        const line = `data: ${JSON.stringify({ ...chunk, ...rest })}\n\n`;
        controller.enqueue(encoder.encode(line));
      };
      const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
      if (typeof reply === "object" && "call" in reply) {
        const called = { name: reply.call, arguments: JSON.stringify(reply.input) };
        const calls = [{ index: 0, id: "call_1", type: "function", function: called }];
        send({ tool_calls: calls }, null);
        send({}, "tool_calls", { usage });
      } else {
        const text = typeof reply === "string" ? reply : reply.begins;
        for (const piece of text.match(/[^]{1,7}/g) ?? []) {
          send({ content: piece }, null);
          await Bun.sleep(1);
        }
        if (typeof reply === "object") return;
        send({}, "stop", { usage });
      }
      controller.enqueue(encoder.encode("data: [DONE]\n\n"));
      controller.close();
    },
  });
}

/** Content as text; of parts, the texts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: string; type: string }) => part.text ?? part.type).join("|");
}
