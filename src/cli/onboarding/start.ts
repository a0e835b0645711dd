import { plainTrace } from "../../core/events.ts";
import type { App } from "../../workspace.ts";
import { loadWorkflow } from "../../authoring/workflow.ts";
import { ModullmError, toModullmError } from "../../core/error.ts";
import type { JsonObject } from "../../core/json.ts";
import { visibleValue } from "../../core/visible.ts";
import { authorIn } from "../author.ts";
import type { AppSettings, CommandContext } from "../command.ts";
import { createLines } from "../lines.ts";
import { modelOption } from "../model-option.ts";
import type { Output } from "../output.ts";
import { createProgress } from "../render/progress.ts";
import { shellWord } from "../shell-word.ts";
import { acceptUsual, type Dialog, insistent } from "./dialog.ts";
import type { Host } from "./host.ts";
import { onboard } from "./onboard.ts";
import type { ScreenDialogOptions } from "./screen-dialog.ts";
import { openSession, type Session, usualSessionFile } from "./session.ts";

/** `modullm onboard`: everything it needs, put together. */
export async function start(context: CommandContext): Promise<number> {
  const { options, output, resolve } = context;
  const model = modelOption(options);
  const stop = new AbortController();
  const disarm = output.terminal.onInterrupt(() => stop.abort());
  const named = options.text("session-file");
  let session: Session | null = null;
  try {
    let permit: App["permit"] = notYet;
    const { dialog, ask } = await createDialog(context, {
      signal: stop.signal,
      permit: (file) => permit("write", file),
    });
    const app = await context.app({ ask });
    ({ permit } = app);
    const { state } = app.config.paths;
    const path = named === null ? usualSessionFile(state, output.terminal.cwd) : resolve(named);
    permit("write", path);
    const warn = (message: string): void => output.warn(message);
    const opened = openSession({
      path,
      resume: options.flag("resume"),
      redactor: () => output.redactor,
      warn,
    });
    session = opened.session;
    if (opened.told !== null) dialog.say(opened.told);
    const host = await createHost(context, app, { dialog, ask, session, signal: stop.signal });
    const scaffold = options.text("scaffold-file");
    const result = await onboard(host, {
      model,
      scaffoldFile: scaffold === null ? null : resolve(scaffold),
      saveScaffold: !options.flag("no-save-scaffold"),
    });
    // At a terminal the last box has said it.
    if (!(output.forPeople && output.terminal.stderrIsTty)) output.json(result);
    return result.ok ? 0 : 1;
  } catch (thrown) {
    throw session === null ? thrown : withSession(toModullmError(thrown), session, named);
  } finally {
    disarm();
  }
}

function notYet(): never {
  throw new Error("a question is asked before there is an application");
}

async function createHost(
  context: CommandContext,
  first: App,
  {
    dialog,
    ask,
    session,
    signal,
  }: Pick<Host, "dialog" | "session" | "signal"> & Pick<AppSettings, "ask">,
): Promise<Host> {
  const { output } = context;
  const { env, cwd } = output.terminal;
  let app: Promise<App> = Promise.resolve(first);
  let typed: Readonly<Record<string, string>> = {};
  /** Every value that was typed for a variable, those that are forgotten too: none may be shown. */
  const secrets = new Set<string>();
  async function build(settings: AppSettings): Promise<App> {
    const made = await context.app(settings);
    for (const secret of secrets) made.redactor.add(secret);
    return made;
  }
  function rebuild({ typed: more = {}, ...settings }: Parameters<Host["rebuild"]>[0]): void {
    typed = { ...typed, ...more };
    for (const secret of Object.values(more)) secrets.add(secret);
    app = build({ ...settings, ...(ask === undefined ? {} : { ask }), env: { ...env, ...typed } });
  }
  return {
    dialog,
    session,
    output,
    signal,
    workflow: await loadWorkflow(),
    folder: cwd,
    author: authorIn(env),
    get typed() {
      return typed;
    },
    written: new Map(),
    told: null,
    app: () => app,
    rebuild,
    forget() {
      typed = {};
      rebuild({});
    },
    run: async (...asked) => await runShown(await app, output, signal, asked),
  };
}

/** Runs a program with a sign of life. */
async function runShown(
  app: App,
  output: Output,
  signal: AbortSignal,
  [program, input, options = {}]: Parameters<Host["run"]>,
): Promise<JsonObject> {
  const progress = createProgress(output, { stream: false, verbose: false });
  // What the baseline is was told when it was chosen.
  const listener: typeof progress.listen = (event) => {
    if (event.type !== "note" || event.kind !== "degraded") progress.listen(event);
  };
  try {
    const traces = [plainTrace(listener)];
    const { output: answer } = await app.run(program, input, { ...options, signal, traces });
    // It goes into files and onto the screen: a server may send anything, a key that it was sent
    // too.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- models give objects
    return output.redactor.value(visibleValue(answer)) as JsonObject;
  } finally {
    progress.end();
  }
}

/**
 * How the user is asked; and whether a plugin may run, which `--yes` is no answer to: null where
 * nobody is there to say.
 */
async function createDialog(
  { output, options }: CommandContext,
  { signal, permit }: Pick<ScreenDialogOptions, "signal" | "permit">,
): Promise<{ dialog: Dialog; ask: Exclude<AppSettings["ask"], undefined> }> {
  const { keyboard, stdinIsTty, stderrIsTty } = output.terminal;
  const draws = output.terminal.env["TERM"] !== "dumb";
  if (keyboard !== undefined && stdinIsTty === true && stderrIsTty && draws) {
    const { createScreenDialog } = await import("./screen-dialog.ts");
    const screen = guarded(createScreenDialog({ output, keyboard, signal, permit }), output);
    const ask = (question: string): Promise<boolean> => screen.confirm(question, false);
    return { dialog: options.flag("yes") ? acceptUsual(screen) : screen, ask };
  }
  const { createLineDialog } = await import("./line-dialog.ts");
  const lines = guarded(
    createLineDialog({ output, lines: createLines(output.terminal), signal }),
    output,
  );
  return { dialog: options.flag("yes") ? acceptUsual(lines) : insistent(lines), ask: null };
}

/**
 * A key that is typed where none is asked for would go into a program, a session and to a model: it
 * is refused.
 */
function guarded(dialog: Dialog, output: Output): Dialog {
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

/** @param named the session file as the user named it; null: the usual one */
function withSession(
  error: ModullmError,
  { path, progress }: Session,
  named: string | null,
): ModullmError {
  if (progress.model === null && progress.purpose === null) return error;
  const { code, message, details, hint, place, cause } = error;
  const again = `modullm onboard --resume${named === null ? "" : ` --session-file ${shellWord(named)}`}`;
  return new ModullmError(code, message, {
    details: { ...details, session_file: path },
    hint: `${hint} What was decided is kept: \`${again}\` goes on from there.`,
    expectedSchema: error.expectedSchema,
    receivedPayload: error.receivedPayload,
    retryable: error.retryable,
    ...(place === null ? {} : { place }),
    ...(cause === undefined ? {} : { cause }),
  });
}
