import { MEBIBYTE } from "../../config/regular-file.ts";
import { inputError } from "../../program/input.ts";
import { type Command, UsageError } from "../command.ts";
import { countOption } from "../limit-options.ts";
import type { Terminal } from "../output.ts";
import { textLines } from "../text-lines.ts";
import { VECTOR_OPTIONS, vectorWork } from "../vector-work.ts";

export const command: Command = {
  name: "rerank",
  summary: "Order the lines of stdin by how well they answer a query",
  positionals: [],
  options: {
    query: { type: "string", valueHint: "TEXT", description: "What the lines are held against" },
    model: {
      type: "string",
      valueHint: "RERANKER",
      description: "provider/name (default: reranker of config.yaml, else builtin/lexical)",
    },
    top: { type: "string", valueHint: "N", description: "Only the best N lines" },
    ...VECTOR_OPTIONS,
  },
  examples: [
    [
      'modullm rerank --model cohere/rerank-v3.5 --query "How do I return it?" --top 3 < faq.txt',
      'lines {"index":7,"score":0.9,"text":"…"}, the best one first',
    ],
    ['modullm rerank --query "return" < faq.txt', "without a model: by words alone"],
  ],
  async run(context) {
    const { options, output } = context;
    const query = options.text("query");
    if (query === null) throw new UsageError("--query is missing");
    const top = countOption(options, "top");
    await vectorWork(context, "reranker", async ({ app, given, progress }) => {
      const documents = await readAll(output.terminal);
      progress.count = documents.length;
      const { results } = await app.rerank(query, documents, { ...given, top });
      progress.clear();
      for (const result of results) output.line(result);
    });
    return 0;
  },
};

/** All are held at once: what is more is no list that is ordered at a time. */
const MOST_MIB = 256;

async function readAll(terminal: Terminal): Promise<readonly string[]> {
  const documents: string[] = [];
  let size = 0;
  for await (const lines of textLines(terminal)) {
    for (const line of lines) {
      size += line.length;
      documents.push(line);
    }
    if (size > MOST_MIB * MEBIBYTE)
      throw inputError("stdin", `Cannot rerank stdin: it has more than ${MOST_MIB} MiB of text`);
  }
  return documents;
}
