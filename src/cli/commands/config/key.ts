import { dirname, join } from "node:path";
import { mayStandInEnv } from "../../../config/load.ts";
import { addressesIn, type EnvPlace, isKept, keepInEnv } from "../../../config/keep-credential.ts";
import { ModullmError } from "../../../core/error.ts";
import type { App } from "../../../workspace.ts";
import { keyName, resolveEndpoint } from "../../../model/endpoint.ts";
import { type Action, type CommandContext, UsageError } from "../../command.ts";
import { createLines } from "../../lines.ts";

/**
 * Keeps the key of a provider in a `.env` that only its owner can read. It is typed without being
 * shown, or comes from a pipe; never as an argument, which others on the machine could see.
 */
export const key: Action = {
  least: 1,
  most: 1,
  wants: "a PROVIDER",
  async run([provider = ""], context) {
    const app = await context.app();
    const { config } = app;
    const variable = keyName(resolveEndpoint(provider, config), config);
    if (!mayStandInEnv(variable))
      throw new UsageError(`${variable} can't stand in a .env: set it in the environment`);
    const place = placeOf(context, app);
    refuseAddresses(place, variable, app);
    const value = await askKey(context, variable, app);
    context.output.redactor.add(value);
    app.permit("write", place.path);
    if (place.shared) app.permit("write", join(dirname(place.path), ".gitignore"));
    const replaced = isKept(place, variable);
    keepInEnv(place, { [variable]: value });
    context.output.json({ provider, variable, path: place.path, replaced });
    return 0;
  },
};

function placeOf(context: CommandContext, { config }: App): EnvPlace {
  return context.options.flag("project")
    ? { path: context.resolve(".env"), shared: true }
    : { path: join(config.paths.config, ".env"), shared: false };
}

/** A key beside an address of somebody else's choice would be sent there. */
function refuseAddresses(place: EnvPlace, variable: string, { config }: App): void {
  const addresses = place.shared && !config.folderTrusted ? addressesIn(place, [variable]) : [];
  if (addresses.length === 0) return;
  const reason = `it names ${addresses.join(" and ")}, and a key beside that would be sent there`;
  throw new ModullmError("RLLM_018", `Cannot keep the key in "${place.path}": ${reason}`, {
    details: { path: place.path, reason },
    hint: "Leave out --project, or run `modullm trust` in this folder first.",
  });
}

async function askKey(
  { output }: CommandContext,
  variable: string,
  { permit }: App,
): Promise<string> {
  const { keyboard, stdinIsTty, stderrIsTty, env } = output.terminal;
  const canDraw = keyboard !== undefined && stderrIsTty && env["TERM"] !== "dumb";
  if (stdinIsTty === true && !canDraw)
    throw new UsageError(`${variable} would be shown as it is typed here: pipe it in`);
  const given =
    keyboard !== undefined && stdinIsTty === true
      ? await typed(`${variable} (what you type is not shown)`, { output, keyboard, permit })
      : ((await createLines(output.terminal).next()) ?? "").trim();
  if (given === "") throw new UsageError("no key was given");
  // What came along when it was copied: blanks, quotes, invisible characters. No header may hold
  // them.
  if (!/^[\x21-\x7E]+$/.test(given))
    throw new UsageError("a key has no blanks in it, and none but plain characters");
  return given;
}

async function typed(
  question: string,
  {
    output,
    keyboard,
    permit,
  }: {
    readonly output: CommandContext["output"];
    readonly keyboard: NonNullable<CommandContext["output"]["terminal"]["keyboard"]>;
    readonly permit: App["permit"];
  },
): Promise<string> {
  const { createScreenDialog } = await import("../../onboarding/screen-dialog.ts");
  const stop = new AbortController();
  const disarm = output.terminal.onInterrupt(() => stop.abort());
  try {
    const dialog = createScreenDialog({
      output,
      keyboard,
      signal: stop.signal,
      permit: (path) => permit("write", path),
    });
    return await dialog.hidden(question);
  } finally {
    disarm();
  }
}
