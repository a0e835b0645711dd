/**
 * What a run comes through: sixteen ways in which a model server fails, against the compiled binary
 * and, to check the scorer, against the plain `openai` package, which must come out near 6 pass and
 * 10 safe. Takes about two minutes.
 *   bun scripts/failover.ts [--binary PATH] [--write]
 * Exits 1 unless modullm passes all. --write puts the table into docs/failover.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { binaryClient, type Client, openAiClient } from "./failover/clients.ts";
import { startFaultServer } from "./failover/fault-server.ts";
import { type Mark, observeAll, type Score } from "./failover/score.ts";

const PAGE = join(import.meta.dir, "../docs/failover.md");
const MARKS: readonly Mark[] = ["pass", "partial", "safe", "fail"];

const { values: options } = parseArgs({
  options: {
    binary: { type: "string", default: join(import.meta.dir, "../dist/modullm") },
    write: { type: "boolean", default: false },
  },
});

const [own, plain] = await Promise.all([
  scored(async (url) => binaryClient(url, options.binary)),
  scored((url) => openAiClient(url, 1)),
]);
const table = tableOf(own, plain);
process.stdout.write(`${table}\n`);
for (const { scenario, missed, mark } of own)
  if (mark !== "pass") process.stdout.write(`${scenario.id} ${mark}: ${missed.join("; ")}\n`);
if (options.write) write(table);
process.exit(own.every(({ mark }) => mark === "pass") ? 0 : 1);

/** Each client has a server of its own, so that neither sees what the other one did. */
async function scored(connect: (url: string) => Promise<Client>): Promise<readonly Score[]> {
  const server = await startFaultServer(1);
  const client = await connect(server.url);
  try {
    return await observeAll(client, server, { scale: 1, atOnce: 6 });
  } finally {
    client.close();
    server.close();
  }
}

function tableOf(ours: readonly Score[], theirs: readonly Score[]): string {
  const rows = ours.map((score, index) => {
    const other = theirs[index];
    const by =
      score.answeredBy === null
        ? "error, as it should be"
        : score.answeredBy.replaceAll(/fb-s\d\d-[\w-]+/g, "first");
    return (
      `| ${score.scenario.id} | ${score.scenario.what} | ${score.mark} | ${seconds(score)} | ` +
      `${score.attempts} | ${by} | ${other?.mark} | ${other ? seconds(other) : ""} |`
    );
  });
  return [
    "| | The provider | modullm | s | Requests to the first model | Answered by | `openai` " +
      "package | s |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
    `| | | **${totals(ours)}** | | | | **${totals(theirs)}** | |`,
  ].join("\n");
}

function totals(scores: readonly Score[]): string {
  return MARKS.map((mark) => [scores.filter((score) => score.mark === mark).length, mark] as const)
    .filter(([count]) => count > 0)
    .map(([count, mark]) => `${count} ${mark}`)
    .join(", ");
}

function seconds({ ms }: Score): string {
  return (ms / 1000).toFixed(1);
}

function write(text: string): void {
  const page = readFileSync(PAGE, "utf8");
  writeFileSync(
    PAGE,
    page.replace(/(<!-- table:begin[^]*?-->\n)[^]*?(<!-- table:end -->)/, `$1${text}\n$2`),
  );
}
