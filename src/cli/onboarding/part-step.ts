import type { Draft, Part, PartName, Parts } from "../../authoring/draft.ts";
import type { Drafter } from "../../authoring/drafter.ts";
import { BASELINE } from "../../model/baseline/name.ts";
import { isSameJson } from "../../contract/values.ts";
import { PART_NAMES, partOf } from "../../authoring/parts.ts";
import { toModullmError } from "../../core/error.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Choice } from "./dialog.ts";
import type { Host } from "./host.ts";

type Verdict = "use" | "change" | "edit" | "template";
type Value = Parts[PartName];

/** Drafts a part and goes on about it until it is approved. */
export async function settlePart(
  host: Host,
  drafter: Drafter,
  name: PartName,
  { draft, model }: { readonly draft: Draft; readonly model: string },
): Promise<Value> {
  const { dialog } = host;
  const part = partOf(name);
  for (;;) {
    dialog.say(`${part.title} (${PART_NAMES.indexOf(name) + 1} of ${PART_NAMES.length}) …`);
    const drafted = await drafter.draft(name, draft);
    if (drafted.instead !== null) tellInstead(host, drafted.instead);
    const again = drafted.unreachable && (await askWhetherAgain(host));
    if (!again) return await approve(host, drafter, part, { value: drafted.value, draft, model });
  }
}

/** Why it is the template's: in full where the last one had another reason. */
function tellInstead(host: Host, reason: string): void {
  host.dialog.say(
    host.told === reason ? "From the template." : `From the template, because ${reason}.`,
  );
  host.told = reason;
}

async function askWhetherAgain({ dialog }: Host): Promise<boolean> {
  const choices = [
    { value: "again", label: "Try again" },
    { value: "template", label: "Go on with the template's" },
  ] as const;
  return (
    (await dialog.choose("The model can't be called. What now?", choices, "again", {
      spare: "template",
    })) === "again"
  );
}

interface Open {
  readonly value: Value;
  readonly draft: Draft;
  readonly model: string;
}

/** Shows a part and changes it as wished, until it is taken. */
export async function approve(
  host: Host,
  drafter: Drafter,
  part: Part<PartName>,
  { value: first, draft, model }: Open,
): Promise<Value> {
  const { dialog } = host;
  let value = first;
  for (;;) {
    dialog.show(part.title, shownText(part, value));
    const template = await drafter.template(part.name, draft);
    const choices = verdicts(model, isSameJson(value, template));
    const verdict = await dialog.choose(`${part.title}: is this right?`, choices, "use", {
      free: isTemplate,
    });
    if (verdict === "use") return value;
    if (verdict === "template") value = template;
    if (verdict === "edit") value = await edit(host, part, value, draft);
    if (verdict === "change") value = await change(host, drafter, part, { value, draft, model });
  }
}

function verdicts(model: string, isFromTemplate: boolean): readonly Choice<Verdict>[] {
  const all: readonly Choice<Verdict>[] = [
    { value: "use", label: "Use it" },
    { value: "change", label: "Have it changed", hint: "say what should be different" },
    { value: "edit", label: "Edit it" },
    { value: "template", label: "Take the template's" },
  ];
  return all.filter(({ value }) => {
    if (value === "template") return !isFromTemplate;
    return value !== "change" || model !== BASELINE;
  });
}

/** A script may ask for the template's in any case. */
function isTemplate(answer: string): answer is Verdict {
  return answer === "template";
}

async function change(
  host: Host,
  drafter: Drafter,
  part: Part<PartName>,
  { value, draft }: Open,
): Promise<Value> {
  const { dialog } = host;
  const feedback = await dialog.text("What should be different?", {
    check: (answer) => (answer === "" ? "say what to change" : null),
  });
  try {
    const changed = await drafter.change(part.name, draft, {
      feedback,
      draft: value as unknown as JsonObject,
    });
    if (isSameJson(changed, value))
      dialog.say("The model gave it back as it was: say it in other words, or edit it.");
    return changed;
  } catch (thrown) {
    const error = toModullmError(thrown);
    if (error.code === "RLLM_022") throw error;
    dialog.say(`It stays as it was: ${error.message}.`);
    return value;
  }
}

async function edit(
  { dialog }: Host,
  part: Part<PartName>,
  value: Value,
  draft: Draft,
): Promise<Value> {
  let edited = value;
  for (const { label, multiline, empty, choices, text, put } of part.texts) {
    const before = edited;
    const usual = text(before);
    const question = empty === undefined ? label : `${label} (empty: ${empty})`;
    const written =
      choices === undefined
        ? await dialog.text(question, {
            usual,
            ...(multiline ? { multiline: "long" } : {}),
            check(answer) {
              const accepted = part.accept(put(before, answer), draft);
              return accepted.ok ? null : accepted.reason;
            },
          })
        : await dialog.choose(label, choicesOf(choices), usual);
    const accepted = part.accept(put(before, written), draft);
    if (accepted.ok) edited = accepted.value;
  }
  return edited;
}

function choicesOf(choices: Readonly<Record<string, string>>): readonly Choice<string>[] {
  return Object.entries(choices).map(([value, hint]) => ({ value, label: value, hint }));
}

/** All its texts; labels only where there are several. */
function shownText({ texts }: Part<PartName>, value: Value): string {
  if (texts.length === 1) return texts[0]?.text(value) ?? "";
  return texts
    .map(({ label, multiline, empty = "-", text }) => {
      const shown = text(value);
      if (shown === "") return `${label}: ${empty}`;
      return multiline ? `${label}:\n${shown}` : `${label}: ${shown}`;
    })
    .join("\n");
}
