import { CODES } from "../../../core/codes.ts";
import { toModullmError } from "../../../core/error.ts";
import { LOCAL_USER } from "../../../core/principal.ts";
import { visible } from "../../../core/visible.ts";
import type { ServerParts } from "../../../server/mcp/server.ts";
import type { Surface } from "../../../server/mcp/surface.ts";
import { type CommandContext, UsageError } from "../../command.ts";
import { reporter } from "./report.ts";
import { budgetOption, countOption } from "../../limit-options.ts";

/** Tasks that are kept for their clients. */
const MOST_TASKS = 1000;
/** Runs at a time. */
const MOST_RUNS = 64;

/** Serves until stdin ends, or a signal says so. */
export async function serve(context: CommandContext): Promise<number> {
  const { options, output } = context;
  const stop = new AbortController();
  const disarm = output.terminal.onInterrupt(() => stop.abort());
  const address = options.text("http");
  try {
    const { createTasks } = await import("../../../server/mcp/tasks.ts");
    const parts: Omit<ServerParts, "notify"> = {
      surface: await surfaceOf(context),
      tasks: createTasks({ most: MOST_TASKS }),
      redact: (value) => output.redactor.value(value),
    };
    if (address === null) await serveStdio(context, parts, stop.signal);
    else {
      const { serveHttp } = await import("./serve-http.ts");
      await serveHttp(context, { parts, address, signal: stop.signal });
    }
    return 0;
  } catch (thrown) {
    if (address !== null || thrown instanceof UsageError) throw thrown;
    // A client reads stdout, and understands nothing but the protocol.
    const { code, message, hint } = toModullmError(thrown);
    output.note(`modullm mcp: error ${code}: ${visible(message)} ${hint}`);
    return CODES[code].exit;
  } finally {
    disarm();
  }
}

async function surfaceOf(context: CommandContext): Promise<Surface> {
  const { options } = context;
  if (options.text("fixture") !== null)
    return (await import("../../../server/mcp/conformance/surface.ts")).createConformance();
  const [{ createLibrarySurface }, { servedLibrary }] = await Promise.all([
    import("../../../server/mcp/library/surface.ts"),
    import("./served-library.ts"),
  ]);
  return await createLibrarySurface({
    open: servedLibrary(context),
    owner: LOCAL_USER,
    pins: options.texts("pin"),
    budget: budgetOption(options),
    most: countOption(options, "runs") ?? MOST_RUNS,
  });
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
    report: reporter(output),
  });
}
