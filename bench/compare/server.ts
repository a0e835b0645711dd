/** An OpenAI-compatible server that knows the answers, for those who are compared. */
export interface ScriptedServer {
  readonly url: string;
  /** Requests since the last time this was asked. */
  take(): number;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Milliseconds before each reply. */
  readonly delay: number;
  /** Whether it is as servers are: one request in twenty is refused once, one in thirty fenced. */
  readonly faulty: boolean;
}

/** What is right for a text: `… number N` belongs to one of three teams. */
export function teamOf(text: string): string {
  const number = Number(/number (\d+)/.exec(text)?.[1]);
  return ["billing", "technical", "sales"][number % 3] ?? "none";
}

export function serve({ delay, faulty }: ServerOptions): ScriptedServer {
  let requests = 0;
  const refused = new Set<number>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method !== "POST") return Response.json({ data: [] });
      const { messages } = (await request.json()) as { messages: { content: unknown }[] };
      requests++;
      await Bun.sleep(delay);
      const text = JSON.stringify(messages.at(-1)?.content);
      const number = Number(/number (\d+)/.exec(text)?.[1]);
      if (faulty && number % 20 === 7 && !refused.has(number)) {
        refused.add(number);
        return Response.json({ error: { message: "busy" } }, { status: 503 });
      }
      const json = JSON.stringify({ team: teamOf(text) });
      const content =
        faulty && number % 30 === 11 ? `Here it is:\n\`\`\`json\n${json}\n\`\`\`` : json;
      return Response.json({
        id: "c",
        object: "chat.completion",
        created: 0,
        model: "test",
        usage: { prompt_tokens: 20, completion_tokens: 6, total_tokens: 26 },
        choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
      });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    take() {
      const count = requests;
      requests = 0;
      return count;
    },
    stop: async () => await server.stop(true),
  };
}
