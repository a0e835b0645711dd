import type { App } from "../../app.ts";
import { ModullmError, toModullmError } from "../../core/error.ts";
import { isModelName } from "../../program/parse.ts";
import { type CommandContext, UsageError } from "../command.ts";
import { createLines } from "../lines.ts";
import { createProgress } from "../render/progress.ts";
import { acceptUsual, type Dialog } from "./dialog.ts";
import type { Host } from "./host.ts";
import { onboard } from "./onboard.ts";
import { openSession, type Session, usualSessionFile } from "./session.ts";

/** `modullm onboard`: everything it needs, put together. */
export async function start(context: CommandContext): Promise<number> {
  const { options, output, resolve } = context;
  const model = options.text("model");
  if (model !== null && !isModelName(model))
    throw new UsageError(`option --model is "${model}", but provider/name is wanted`);
  const stop = new AbortController();
  const disarm = output.terminal.onInterrupt(() => stop.abort());
  const first = await context.app();
  const file = options.text("session-file");
  const path = file === null ? usualSessionFile(first.config.paths.state, output.terminal.cwd) : resolve(file);
  const warn = (message: string): void => output.warn(message);
  const opened = openSession({ path, resume: options.flag("resume"), redactor: () => output.redactor, warn });
  try {
    const host = await createHost(context, first, { session: opened.session, signal: stop.signal });
    if (opened.told !== null) host.dialog.say(opened.told);
    const scaffold = options.text("scaffold-file");
    const result = await onboard(host, {
      model,
      scaffoldFile: scaffold === null ? null : resolve(scaffold),
      saveScaffold: !options.flag("no-save-scaffold"),
    });
    output.json(result);
    return result.ok ? 0 : 1;
  } catch (thrown) {
    throw withSession(toModullmError(thrown), opened.session);
  } finally {
    disarm();
  }
}

async function createHost(
  context: CommandContext,
  first: App,
  { session, signal }: Pick<Host, "session" | "signal">,
): Promise<Host> {
  const { output } = context;
  const { env, cwd } = output.terminal;
  const { loadWorkflow } = await import("../../authoring/workflow.ts");
  const dialog = guarded(await createDialog(context, signal), context);
  const ask = (question: string): Promise<boolean> => dialog.confirm(question, false);
  let app: Promise<App> = Promise.resolve(first);
  const host: Host & { typed: Record<string, string> } = {
    dialog,
    session,
    output,
    signal,
    workflow: await loadWorkflow(),
    folder: cwd,
    author: [env["USER"], env["USERNAME"]].find((name) => name?.trim()) ?? "you",
    typed: {},
    app: () => app,
    rebuild({ typed = {}, ...settings }) {
      host.typed = { ...host.typed, ...typed };
      app = context.app({ ...settings, ask, env: { ...env, ...host.typed } });
    },
    async run(program, input, options = {}) {
      const progress = createProgress(output, { stream: false, verbose: false });
      // What the baseline is was told when it was chosen.
      const listener: typeof progress.listen = (event) => {
        if (event.type !== "note" || event.kind !== "degraded") progress.listen(event);
      };
      try {
        return (await (await app).run(program, input, { ...options, signal, listener })).output;
      } finally {
        progress.end();
      }
    },
  };
  return host;
}

async function createDialog({ output, options }: CommandContext, signal: AbortSignal): Promise<Dialog> {
  const { keyboard, stdinIsTty, stderrIsTty } = output.terminal;
  const onScreen = keyboard !== undefined && stdinIsTty === true && stderrIsTty;
  const dialog = onScreen
    ? (await import("./screen-dialog.ts")).createScreenDialog({ output, keyboard, signal })
    : (await import("./line-dialog.ts")).createLineDialog({
        output,
        lines: createLines(output.terminal),
        signal,
      });
  return options.flag("yes") ? acceptUsual(dialog) : dialog;
}

/** A key that is typed where none is asked for would go into a program, a session and to a model: it is refused. */
function guarded(dialog: Dialog, { output }: CommandContext): Dialog {
  return {
    ...dialog,
    text: (question, options = {}) =>
      dialog.text(question, {
        ...options,
        check: (answer) =>
          output.redactor.text(answer) === answer
            ? (options.check?.(answer) ?? null)
            : "that holds a key, and keys don't belong here",
      }),
  };
}

function withSession(error: ModullmError, { path, progress }: Session): ModullmError {
  const begun = progress.model !== null || progress.purpose !== null;
  const { code, message, details, hint, place, cause } = error;
  return new ModullmError(code, message, {
    details: begun ? { ...details, session_file: path } : details,
    hint: begun ? `${hint} What was decided is kept: \`modullm onboard --resume\` goes on from there.` : hint,
    expectedSchema: error.expectedSchema,
    receivedPayload: error.receivedPayload,
    retryable: error.retryable,
    ...(place === null ? {} : { place }),
    ...(cause === undefined ? {} : { cause }),
  });
}
