import type { Draft, PartName } from "../../authoring/draft.ts";
import { createDrafter, type Drafter } from "../../authoring/drafter.ts";
import { knownOf } from "../../authoring/known.ts";
import { PART_NAMES, partOf } from "../../authoring/parts.ts";
import type { ErrorPayload } from "../../core/error.ts";
import type { JsonObject } from "../../core/json.ts";
import { BASELINE } from "../../model/baseline/name.ts";
import { findProvider } from "../../model/providers.ts";
import type { Choice } from "./dialog.ts";
import { offerToKeep } from "./credential-step.ts";
import type { Host } from "./host.ts";
import { settleModel } from "./model-step.ts";
import { nextSteps } from "./next-steps.ts";
import { approve, settlePart } from "./part-step.ts";
import { type Trial, tryProgram, writeFiles } from "./program-step.ts";
import { offerScaffold } from "./scaffold-step.ts";

export interface OnboardOptions {
  /** `provider/name`; null: it is asked for. */
  readonly model: string | null;
  /** Absolute; null: beside the configuration. */
  readonly scaffoldFile: string | null;
  readonly saveScaffold: boolean;
}

/** What `onboard` prints. Keys are a contract. */
export interface OnboardResult {
  /** Whether the program is valid and answered. */
  readonly ok: boolean;
  readonly provider: string;
  readonly model: string;
  readonly credential_written: boolean;
  readonly credential_path: string | null;
  readonly generated_file: string;
  readonly sample_input: JsonObject;
  readonly sample_output: JsonObject | null;
  readonly session_file: string;
  readonly scaffold_file: string | null;
  readonly next_steps: readonly string[];
  /** Present where the program did not work. */
  readonly error?: ErrorPayload;
}

/** What `--yes` makes where nobody says what they want. */
const SPARE_PURPOSE = "Summarise a text in three sentences.";

/**
 * The whole way to a first program: a model that answers, then the program part by part, then a
 * trial.
 * @throws {ModullmError} RLLM_022 when it is interrupted; what keeps the model from being called,
 * when the user stops there
 */
export async function onboard(host: Host, options: OnboardOptions): Promise<OnboardResult> {
  const { session, dialog } = host;
  dialog.say(
    "A model first, then a program that runs on it. Ctrl-C stops at any time, and --resume " +
      "goes on from there.",
  );
  const model = await settleModel(host, options.model);
  const credentialPath = await offerToKeep(host);
  const purpose = await settlePurpose(host);
  const drafter = await drafterFor(host, { model, purpose });
  for (;;) {
    const draft = await settleParts(host, drafter, model);
    const runs = draft.limits.model ?? model;
    const trial = await tryProgram(host, await writeFiles(host, draft, model), {
      input: draft.test.input,
      model: runs,
    });
    const wrong = await askWhatIsWrong(host, trial);
    if (wrong !== null) {
      await reopen(host, drafter, wrong, model);
      continue;
    }
    const named = options.scaffoldFile;
    const scaffold = options.saveScaffold
      ? await offerScaffold(host, draft, { named, model })
      : null;
    session.save({ done: true });
    const unkept = { model, scaffold, typed: Object.keys(host.typed), credentialPath };
    const steps = nextSteps(trial, unkept);
    dialog.show(
      "Done",
      [`${trial.path} is written, and an input beside it. Go on with:`, ...steps].join("\n"),
    );
    return {
      ok: trial.error === null,
      provider: providerOf(model),
      model,
      credential_written: credentialPath !== null,
      credential_path: credentialPath,
      generated_file: trial.path,
      sample_input: draft.test.input,
      sample_output: trial.output,
      session_file: session.path,
      scaffold_file: scaffold,
      next_steps: steps,
      ...(trial.error === null ? {} : { error: trial.error }),
    };
  }
}

/** Its name as it is listed: `gemini/…` is google's. */
function providerOf(model: string): string {
  const name = model.slice(0, model.indexOf("/"));
  return findProvider(name)?.name ?? name;
}

async function settlePurpose({ dialog, session }: Host): Promise<string> {
  const known = session.progress.purpose;
  if (known !== null) return known;
  const purpose = await dialog.text("What shall your program do? A sentence or two", {
    multiline: "short",
    spare: SPARE_PURPOSE,
    check: (answer) =>
      answer === "" ? "say in a few words what goes in and what comes out" : null,
  });
  session.save({ purpose });
  return purpose;
}

async function drafterFor(
  host: Host,
  { model, purpose }: { readonly model: string; readonly purpose: string },
): Promise<Drafter> {
  return createDrafter({
    workflow: host.workflow,
    model,
    run: (program, input) => host.run(program, input, { model }),
    known: await knownOf(await host.app(), { model, purpose, author: host.author }),
  });
}

/** Every part approved. One that no longer fits those before it is settled anew. */
async function settleParts(host: Host, drafter: Drafter, model: string): Promise<Required<Draft>> {
  const { session, dialog } = host;
  for (const name of PART_NAMES) {
    const { draft } = session.progress;
    const known = draft[name];
    const fits =
      known === undefined ? null : partOf(name).accept(known as unknown as JsonObject, draft);
    if (fits?.ok === true) continue;
    if (fits !== null) dialog.say(`${partOf(name).title} does not fit any more: ${fits.reason}.`);
    const value = await settlePart(host, drafter, name, { draft, model });
    session.save({ draft: { ...session.progress.draft, [name]: value } });
  }
  return session.progress.draft as Required<Draft>;
}

/** What to change, now that it has been tried; null: it stays. */
async function askWhatIsWrong({ dialog }: Host, { error }: Trial): Promise<PartName | null> {
  const keep: Choice<PartName | "keep"> = {
    value: "keep",
    label: error === null ? "Nothing: keep it" : "Nothing for now: keep it as it is",
  };
  const choices = PART_NAMES.map((value) => ({ value, label: partOf(value).title }));
  const chosen = await dialog.choose("What shall be changed?", [keep, ...choices], "keep");
  return chosen === "keep" ? null : chosen;
}

async function reopen(host: Host, drafter: Drafter, name: PartName, model: string): Promise<void> {
  const { session } = host;
  const { draft } = session.progress;
  const value = draft[name];
  if (value === undefined) return;
  const changed = await approve(host, drafter, partOf(name), { value, draft, model });
  const edited = { ...draft, [name]: changed };
  // Templates follow the kind; what a model drafted follows the words.
  const { goal } = edited;
  const isOther = model === BASELINE && goal !== undefined && goal.kind !== draft.goal?.kind;
  session.save({ draft: isOther ? { goal } : edited });
}
