import type { JsonSchema } from "../contract/contract.ts";
import type { JsonObject } from "../core/json.ts";
import type { Field } from "../program/fields.ts";
import type { ProgramTemplate, TemplateName } from "./templates.ts";

/** What a program is for. */
export interface Goal {
  readonly name: string;
  readonly description: string;
  readonly kind: TemplateName;
}

/** One side of the contract. */
export interface FieldList {
  readonly fields: readonly Field[];
  /** What the fields stand for, with all that their notation can't say. */
  readonly schema: JsonSchema;
}

export interface Limits {
  /** Tokens. */
  readonly max_context_window: number;
  /** Tokens of an answer; null: the model's own limit. */
  readonly max_tokens: number | null;
  readonly temperature: number | null;
  /** `provider/name` of the model that runs it; null: the one that was chosen first. */
  readonly model: string | null;
}

export interface PromptTexts {
  readonly prompt: string;
  readonly system: string | null;
}

export interface RecoveryText {
  readonly recovery_prompt: string | null;
}

export interface FileFacts {
  /** Without a folder. */
  readonly file_name: string;
  readonly tags: readonly string[];
}

export interface Sample {
  readonly input: JsonObject;
}

/**
 * The parts of a program, in the order in which they are decided. Each is named after the entry of
 * `examples/onboarding/onboarding_workflow.rllm` that drafts it, and has the keys that later
 * entries read.
 */
export interface Parts {
  readonly goal: Goal;
  readonly inputs: FieldList;
  readonly outputs: FieldList;
  readonly limits: Limits;
  readonly prompt: PromptTexts;
  readonly recovery: RecoveryText;
  readonly file: FileFacts;
  readonly test: Sample;
}

export type PartName = keyof Parts;

/** A program that is being made: the parts decided so far. */
export type Draft = { readonly [Name in PartName]?: Parts[Name] };

export type Accepted<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string };

/** A text that a person may edit. */
export interface EditableText<Value> {
  readonly label: string;
  readonly multiline: boolean;
  /** What an empty text means, in words. */
  readonly empty?: string;
  /** All there is to choose from, with what each is. */
  readonly choices?: Readonly<Record<string, string>>;
  text(value: Value): string;
  /** What the value becomes, still to be accepted. */
  put(value: Value, text: string): JsonObject;
}

/** How one part of a draft is made. Pure: who drafts, asks and writes is elsewhere. */
export interface Part<Name extends PartName> {
  readonly name: Name;
  /** How people call it. */
  readonly title: string;
  /**
   * What a model answers, a person types or a session holds, as a value; or why it can't be one.
   */
  accept(given: JsonObject, draft: Draft): Accepted<Parts[Name]>;
  /** What it is without a model. */
  fallback(draft: Draft, template: ProgramTemplate, purpose: string): Parts[Name];
  readonly texts: readonly EditableText<Parts[Name]>[];
}

export function accepted<Value>(value: Value): Accepted<Value> {
  return { ok: true, value };
}

export function refused(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
