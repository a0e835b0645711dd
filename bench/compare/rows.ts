import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Measured, measure, timesText } from "./measure.ts";
import { PROGRAM } from "./program.ts";
import { serve, teamOf } from "./server.ts";

export interface RowsOptions {
  readonly binary: string;
  readonly folder: string;
  readonly rows: number;
}

/** At a time, for all of them. */
const AT_ONCE = 8;
/** Milliseconds that the server takes for a reply. */
const DELAY = 20;

/** One row, by hand: the request, the call, the answer. `$0` is the row. */
const BY_HAND =
  `jq -cn --argjson row "$0" '{model: "test", messages: [{role: "user", content: ` +
  `("Which team is this message for: billing, technical or sales? Answer as JSON.\\n\\n" + $row.text)}]}' ` +
  `| curl -sf -H 'content-type: application/json' --data @- "$LOCAL_API_BASE/chat/completions" ` +
  `| jq -c '.choices[0].message.content | fromjson'`;

interface Way {
  readonly name: string;
  /** In a shell; writes OUT, a JSON line for each row that was answered. */
  readonly command: string;
}

/** What each way takes over the same rows, on a server that fails as servers do. */
export async function compareRows(
  options: RowsOptions,
): Promise<Readonly<Record<string, Measured>>> {
  const { binary, rows } = options;
  const folder = join(options.folder, "rows");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "sort.rllm"), PROGRAM);
  const texts = Array.from({ length: rows }, (_, at) => `A message, number ${at}`);
  const lines = texts.map((text) => JSON.stringify({ text }));
  writeFileSync(join(folder, "rows.jsonl"), `${lines.join("\n")}\n`);
  const each = `tr '\\n' '\\0' < rows.jsonl | xargs -0 -n 1 -P ${AT_ONCE}`;
  const ways: readonly Way[] = [
    {
      name: "modullm map",
      command: `${binary} map sort.rllm rows.jsonl --output OUT --concurrency ${AT_ONCE}`,
    },
    { name: "xargs, curl and jq", command: `${each} sh -c "$BY_HAND" > OUT` },
    { name: "xargs, modullm run", command: `${each} ${binary} run sort.rllm --input > OUT` },
  ];
  const times: Record<string, Measured> = {};
  for (const { name, command } of ways) {
    const server = serve({ delay: DELAY, faulty: true });
    const out = `${name.replaceAll(/\W+/g, "-")}.jsonl`;
    const env = { ...home(folder), LOCAL_API_BASE: server.url, BY_HAND };
    // xargs gives 123 where a command of a row failed.
    const words = ["sh", "-c", command.replace("OUT", out)];
    const took = await measure(words, { cwd: folder, env, allowed: 123 });
    times[name] = took;
    const got = readFileSync(join(folder, out), "utf8").split("\n").filter(Boolean);
    const inOrder = got.filter((line, at) => line === answerFor(texts[at] ?? "")).length;
    console.log(
      `  ${name.padEnd(20)} ${timesText(took)}  ${String(got.length).padStart(5)} of ${rows} rows ` +
        `answered, ${inOrder} of them in the row's place, ${server.take()} requests`,
    );
    await server.stop();
  }
  return times;
}

function answerFor(text: string): string {
  return JSON.stringify({ team: teamOf(text) });
}

function home(folder: string): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", HOME: folder };
}
