import { ModullmError } from "../core/error.ts";
import type { LoadedProgram } from "../library/load.ts";
import type { Model } from "../model/model.ts";
import { requiredKinds } from "../program/media.ts";
import { mediaKind, type MediaKind } from "../program/media-type.ts";
import type { Run } from "./state.ts";

/** Models to name where another can't: a test holds them against what adapters know. */
export const ABLE_MODELS: Readonly<Record<MediaKind, readonly string[]>> = {
  image: [
    "openai/gpt-5-mini",
    "anthropic/claude-haiku-4-5",
    "google/gemini-2.5-flash",
    "ollama/llama3.2-vision",
  ],
  audio: ["google/gemini-2.5-flash", "openai/gpt-4o-audio-preview"],
  pdf: ["anthropic/claude-haiku-4-5", "google/gemini-2.5-flash", "openai/gpt-5-mini"],
};

const NAMES: Readonly<Record<MediaKind, string>> = {
  image: "pictures",
  audio: "sound",
  pdf: "PDF documents",
};

/**
 * Passes over the models of a run that are known not to take the files of its input. A model of
 * which nothing is known is asked.
 * @throws {ModullmError} RLLM_002 when none is left
 */
export function useAbleModels(run: Run): void {
  const models = run.tree.models.get(run.loaded) ?? [];
  const types = [
    ...new Set(run.media.flatMap((short) => run.tree.media.get(short)?.attachment.mediaType ?? [])),
  ];
  const able: Model[] = [];
  for (const model of models) {
    const refused = types.find((type) => !takes(model, mediaKind(type)));
    if (refused === undefined) able.push(model);
    else if (models.length > 1) {
      const message = `${model.id} is passed over: it takes ${taken(model)}, and the input has ${refused}`;
      run.emit({
        type: "note",
        kind: "fallback",
        message,
        data: { from: model.id, media_type: refused },
      });
    }
  }
  if (able.length === models.length) return;
  const [first] = models;
  if (able.length === 0 && first) {
    const type = types.find((each) => !takes(first, mediaKind(each))) ?? "";
    throw unable(run.loaded, first, {
      what: `but the input has ${type}`,
      type,
      kind: mediaKind(type),
    });
  }
  // Another run of the same program may have no files: what is chosen here is for this one.
  run.tree = { ...run.tree, models: new Map(run.tree.models).set(run.loaded, able) };
}

/**
 * Refuses, before anything is paid, a used program that always gets what none of its models takes.
 * @throws {ModullmError} RLLM_002
 */
export function requireAbleModel(loaded: LoadedProgram, models: readonly Model[]): void {
  const [first] = models;
  for (const kind of requiredKinds(loaded.program.input.schema)) {
    if (!first || models.some((model) => takes(model, kind))) continue;
    throw unable(loaded, first, { what: `but its input has ${NAMES[kind]}`, type: kind, kind });
  }
}

function takes(model: Model, kind: MediaKind | null): boolean {
  const input = inputOf(model);
  return input === null || (kind !== null && input.includes(kind));
}

/** What a model takes beside text; null where that is not known. */
function inputOf({ id, abilities }: Model): readonly MediaKind[] | null {
  return id.startsWith("builtin/") ? [] : (abilities?.input ?? null);
}

function taken(model: Model): string {
  const kinds = inputOf(model) ?? [];
  return kinds.length === 0
    ? "text only"
    : `text and ${kinds.map((kind) => NAMES[kind]).join(" and ")} only`;
}

function unable(
  { program }: LoadedProgram,
  model: Model,
  {
    what,
    type,
    kind,
  }: { readonly what: string; readonly type: string; readonly kind: MediaKind | null },
): ModullmError {
  const models = ABLE_MODELS[kind ?? "image"];
  const message = `Cannot run "${program.name}" on ${model.id}: it takes ${taken(model)}, ${what}`;
  return new ModullmError("RLLM_002", message, {
    details: {
      field: "llm.model",
      value: model.id,
      media_type: type,
      models,
      path: program.source.path,
    },
    hint:
      `Name a model that takes ${NAMES[kind ?? "image"]} in llm.model, llm.fallbacks or ` +
      `--model, such as ${models.join(", ")}.`,
  });
}
