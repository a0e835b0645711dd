/**
 * A model server with a script: what it answers depends on which program asks. It takes one key.
 */
export interface ScriptedServer {
  /** Variables that lead there. */
  readonly env: Record<string, string>;
  /** Bodies of all requests, as text. */
  readonly asked: string[];
  stop(): void;
}

export const KEY = "sk-test-0123456789abcdefghijklmnop";
export const MODEL = "openai/gpt-5-mini";

const FIELDS = {
  inputs: [
    { name: "invoice", type: "string", description: "The text of the invoice.", required: true },
  ],
  outputs: [
    { name: "supplier", type: "string", description: "Who sent it.", required: true },
    { name: "due", type: "date|null", description: "Until when it is to be paid.", required: true },
  ],
};
const PROMPT =
  "Find who sent the invoice and when it is due.\n{{schema.output}}\n\nInvoice:\n{{input.invoice}}";

/** Stands for the program that is made, in `spoil`. */
export const PROGRAM = "the program";

/** What is answered to a prompt that holds the words in front; the first row that fits counts. */
const ANSWERS: readonly (readonly [words: string, answer: (wish: string) => unknown])[] = [
  ["in one short, friendly sentence", () => ({ greeting: "Hello, nice to meet you!" })],
  [
    "Give it a name, say what it does",
    (wish) => ({
      name: wish === "" ? "invoice_facts" : "bill_facts",
      description: "Finds who sent an invoice and when it is due.",
      kind: "extract",
    }),
  ],
  ["Name the fields it must be given", () => ({ fields: FIELDS.inputs })],
  ["Name the fields of its answer", () => ({ fields: FIELDS.outputs })],
  [
    "Choose its limits",
    () => ({
      max_context_window: 8000,
      max_tokens: null,
      temperature: 0,
      reason: "A page or two.",
    }),
  ],
  [
    "Write the prompt of a program",
    (wish) => ({ prompt: wish === "" ? PROMPT : `Be brief. ${PROMPT}`, system: null }),
  ],
  [
    "Write what the model is told",
    () => ({ recovery_prompt: "One JSON object and nothing else." }),
  ],
  ["Give its file a name", () => ({ file_name: "invoice_facts.rllm", tags: ["invoice"] })],
  [
    "Make up one realistic input",
    () => ({
      values: [{ field: "invoice", value: "Northwind Ltd. Please pay 40 EUR by 31 May 2026." }],
    }),
  ],
];

export interface Script {
  /** Replaces what a program answers, by the words of its prompt. */
  readonly spoil?: Readonly<Record<string, unknown>>;
  /** Words of a prompt that is never answered. */
  readonly hang?: string;
}

export function serveScript(options: Script = {}): ScriptedServer {
  const asked: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.headers.get("authorization") !== `Bearer ${KEY}`)
        return Response.json(
          { error: { message: "Incorrect API key provided", code: "invalid_api_key" } },
          { status: 401 },
        );
      if (request.method === "GET")
        return Response.json({
          object: "list",
          data: [{ id: "gpt-5-mini" }, { id: "text-embedding-3-small" }],
        });
      const body = await request.text();
      asked.push(body);
      if (options.hang !== undefined && body.includes(options.hang)) await new Promise(() => {});
      return Response.json(completion(answerTo(body, options.spoil ?? {})));
    },
  });
  const base = `http://127.0.0.1:${server.port}/v1`;
  return { asked, env: { OPENAI_API_BASE: base }, stop: () => void server.stop(true) };
}

function answerTo(body: string, spoil: Readonly<Record<string, unknown>>): unknown {
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  const prompt = messages.map(({ content }) => content).join("\n");
  const wish = /^Wish: (.*)$/m.exec(prompt)?.[1] ?? "";
  const row = ANSWERS.find(([words]) => prompt.includes(words));
  return row === undefined
    ? (spoil[PROGRAM] ?? answerOfProgram(body))
    : (spoil[row[0]] ?? row[1](wish));
}

/** The program that was made: what its schema asks for. */
function answerOfProgram(body: string): object {
  const facts = { supplier: "Northwind Ltd.", due: "2026-05-31" };
  return Object.fromEntries(
    Object.entries(facts).filter(([name]) =>
      [`"${name}":{`, `  ${name}: `].some((shape) => body.includes(shape)),
    ),
  );
}

function completion(answer: unknown): object {
  return {
    id: "c1",
    object: "chat.completion",
    created: 0,
    model: "gpt-5-mini",
    usage: { prompt_tokens: 50, completion_tokens: 20, total_tokens: 70 },
    choices: [
      {
        index: 0,
        finish_reason: "stop",
        message: { role: "assistant", content: JSON.stringify(answer) },
      },
    ],
  };
}
