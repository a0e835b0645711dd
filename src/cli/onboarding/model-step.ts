import { isModelName } from "../../program/model-name.ts";
import { renderValue } from "../../program/template.ts";
import { linkOf } from "../../authoring/drafter.ts";
import { BASELINE } from "../../model/baseline/name.ts";
import { type ModullmError, toModullmError } from "../../core/error.ts";
import { trustFolder } from "../../config/trust.ts";
import { resolveEndpoint } from "../../model/endpoint.ts";
import { findOffers, type Offer } from "../../doctor/model-offers.ts";
import type { Choice } from "./dialog.ts";
import { askAddress, askKey, keyNameOf } from "./credential-step.ts";
import type { Host } from "./host.ts";
import type { Progress } from "./session.ts";

/** What can be done about a model that can't be called. */
type Remedy = "key" | "trust" | "address" | "pull" | "again" | "model" | "stop";

const REMEDIES: Readonly<Record<Remedy, Choice<Remedy>>> = {
  key: { value: "key", label: "Type the key" },
  trust: { value: "trust", label: "Trust this folder: its .env may send your key there" },
  address: { value: "address", label: "Give the server's address" },
  pull: { value: "pull", label: "Pull the model now" },
  again: { value: "again", label: "Try again" },
  model: { value: "model", label: "Choose another model" },
  stop: { value: "stop", label: "Stop here; --resume goes on" },
};

/**
 * Settles on a model that answers: chosen, its credential there, greeted. Without a model nothing
 * here needs one.
 * @param wanted the model that the command line names
 * @throws {ModullmError} what keeps the model from being called, when the user stops there
 */
export async function settleModel(host: Host, wanted: string | null): Promise<string> {
  const { session } = host;
  if (wanted !== null && wanted !== session.progress.model) session.save(chosen(wanted));
  // A key that was typed and kept nowhere is gone: what comes next has to prove itself again.
  const { config } = await host.app();
  if (session.progress.typed.some((name) => config.get(name) === null))
    session.save({ greeted: false });
  for (;;) {
    const model = session.progress.model ?? (await chooseModel(host));
    if (model !== session.progress.model) session.save(chosen(model));
    const fault = await tryModel(host, model);
    if (fault === null) return model;
    await mend(host, model, fault);
  }
}

function chosen(model: string | null): Partial<Progress> {
  return { model, greeted: false, typed: [], credentialPath: null };
}

async function chooseModel(host: Host): Promise<string> {
  const { dialog } = host;
  dialog.say("Looking for models: keys that are set, servers on this machine …");
  const offers = await findOffers(await host.app());
  const [first] = offers;
  const usual = (await preferred(host, offers)) ?? first?.model ?? BASELINE;
  const choices: Choice<string>[] = offers.map(({ model, ready, reason }) => ({
    value: model,
    label: ready ? model : `${model} (not ready)`,
    hint: reason,
  }));
  const other = { value: "other", label: "Another model or server", hint: "type provider/name" };
  const question = "Which model shall help you, and run your first program?";
  const answer = await dialog.choose(question, [...choices, other], usual, { free: isName });
  if (answer !== "other") return answer;
  return await dialog.text("Model, as provider/name", {
    check: (typed) =>
      isModelName(typed) ? null : 'a provider, a slash and a name, such as "openai/gpt-5-mini"',
  });
}

function isName(answer: string): answer is string {
  return isModelName(answer);
}

/** As `provider_select` has it, which needs no model to compute it. */
async function preferred(host: Host, offers: readonly Offer[]): Promise<string | null> {
  try {
    const { model } = await host.run(
      linkOf(host.workflow, "provider").child,
      { offers },
      { model: BASELINE },
    );
    return typeof model === "string" ? model : null;
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code === "RLLM_022") throw error;
    host.dialog.say(
      `The first that is ready is suggested (provider_select can't run: ${error.message}).`,
    );
    return offers.find(({ ready }) => ready)?.model ?? null;
  }
}

/** Whether a model can be called and answers. What keeps it from that, or null. */
async function tryModel(host: Host, id: string): Promise<ModullmError | null> {
  const { session, dialog } = host;
  try {
    const app = await host.app();
    const model = await app.tools.model(id);
    await model.ready(host.signal, ({ message }) => dialog.say(message));
    if (session.progress.greeted) return null;
    dialog.say(`Saying hello to ${id} …`);
    const { greeting } = await host.run(
      linkOf(host.workflow, "hello").child,
      { name: host.author },
      { model: id },
    );
    if (id === BASELINE) dialog.say(`${id} answers.`);
    else dialog.show(`${id} answers`, renderValue(greeting));
    session.save({ greeted: true, typed: Object.keys(host.typed) });
    return null;
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code === "RLLM_022") throw error;
    return error;
  }
}

/**
 * Does something about a model that can't be called, as the user chooses. @throws {ModullmError}
 * the fault, when nothing is to be done
 */
async function mend(host: Host, model: string, fault: ModullmError): Promise<void> {
  const { dialog, session } = host;
  const remedies = remediesOf(fault, await isUntrusted(host, model));
  const [usual = "stop"] = remedies;
  dialog.show(`${model} can't be called yet`, `${fault.message}\n${fault.hint}`);
  if (fault.code === "RLLM_014" && usual === "key") await tellCredential(host, model);
  const choices = remedies.map((remedy) => REMEDIES[remedy]);
  // Without anybody to choose, the fault ends it, unless a line has the key.
  const remedy = await dialog.choose("What now?", choices, usual, {
    spare: usual === "key" ? "key" : "stop",
  });
  if (remedy === "key") {
    const given = await askKey(host, model).catch((thrown: unknown) => rethrow(thrown, fault));
    if (!given && dialog.unattended) throw fault;
  }
  if (remedy === "trust") {
    const { config, permit } = await host.app();
    permit("manage", "trust");
    trustFolder(config.paths, host.folder);
    host.rebuild({});
  }
  if (remedy === "address") await askAddress(host, model);
  if (remedy === "pull") host.rebuild({ ollamaAutoPull: true });
  if (remedy === "model") {
    // What was typed was for the model that is given up, and may be wrong.
    host.forget();
    session.save(chosen(null));
  }
  if (remedy === "stop") throw fault;
}

/** Where there is nobody to type a key, its lack is what is the matter. */
function rethrow(thrown: unknown, fault: ModullmError): never {
  throw toModullmError(thrown).code === "RLLM_016" ? fault : thrown;
}

/** Whether this folder's `.env` names an address that a key from elsewhere is not sent to. */
async function isUntrusted(host: Host, model: string): Promise<boolean> {
  try {
    return resolveEndpoint(model.slice(0, model.indexOf("/")), (await host.app()).config).untrusted;
  } catch {
    return false;
  }
}

/** The likeliest first. */
function remediesOf({ code, details }: ModullmError, untrusted: boolean): readonly Remedy[] {
  const others = ["again", "model", "stop"] as const;
  if (untrusted) return ["trust", ...others];
  if (code === "RLLM_014" && details["missing_env_var"] !== undefined) return ["key", ...others];
  if (code === "RLLM_002") return ["address", ...others];
  if (code === "RLLM_010") return ["pull", ...others];
  if (code === "RLLM_017" && (details["status"] === 401 || details["status"] === 403))
    return ["key", ...others];
  return others;
}

/** As `credential_check` has it: it is told names and places, never a key. */
async function tellCredential(host: Host, model: string): Promise<void> {
  const known = {
    provider: model.split("/")[0] ?? model,
    variable: await keyNameOf(host, model),
    found_in: null,
  };
  try {
    const child = linkOf(host.workflow, "credential").child;
    const { state } = await host.run(child, known, { model: BASELINE });
    host.dialog.say(renderValue(state));
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code === "RLLM_022") throw error;
    host.dialog.say(`Set ${known.variable} to your key for ${known.provider}.`);
  }
}
