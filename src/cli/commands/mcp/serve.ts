import { LOCAL_USER } from "../../../core/principal.ts";
import type { ServerParts } from "../../../server/mcp/server.ts";
import type { Surface } from "../../../server/mcp/surface.ts";
import { type CommandContext, UsageError } from "../../command.ts";

/** Tasks that are kept for their clients. */
const MOST_TASKS = 1000;

/** Serves until stdin ends, or a signal says so. */
export async function serve(context: CommandContext): Promise<number> {
  const { options, output } = context;
  const stop = new AbortController();
  const disarm = output.terminal.onInterrupt(() => stop.abort());
  try {
    const { createTasks } = await import("../../../server/mcp/tasks.ts");
    const parts: Omit<ServerParts, "notify"> = {
      surface: await surfaceOf(context),
      tasks: createTasks({ most: MOST_TASKS }),
      redact: (value) => output.redactor.value(value),
    };
    const address = options.text("http");
    if (address === null) await serveStdio(context, parts, stop.signal);
    else await (await import("./serve-http.ts")).serveHttp(context, parts, address, stop.signal);
    return 0;
  } finally {
    disarm();
  }
}

async function surfaceOf(context: CommandContext): Promise<Surface> {
  if (context.options.text("fixture") === "conformance")
    return (await import("../../../server/mcp/conformance/surface.ts")).createConformance();
  throw new UsageError("--fixture is wanted");
}

async function serveStdio(
  { output }: CommandContext,
  parts: Omit<ServerParts, "notify">,
  signal: AbortSignal,
): Promise<void> {
  const { serveProcess } = await import("../../../server/mcp/stdio.ts");
  const { terminal } = output;
  await serveProcess({
    ...parts,
    principal: LOCAL_USER,
    input: terminal.stdin(),
    write: terminal.stdout,
    signal,
    report: (thrown) => output.note(`mcp: ${messageOf(thrown)}`),
  });
}

/** For the log, on stderr. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
