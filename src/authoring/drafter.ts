import { ModullmError, toModullmError } from "../core/error.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Link, LoadedProgram } from "../library/load.ts";
import { BASELINE } from "../model/baseline/name.ts";
import { childInput } from "../program/child-input.ts";
import type { Draft, PartName, Parts } from "./draft.ts";
import { partOf } from "./parts.ts";
import { loadTemplate, type TemplateName } from "./templates.ts";

/** The baseline knows no language: it drafts nothing but what kind of program is meant. */
const DRAFTED_ON_BASELINE: ReadonlySet<PartName> = new Set<PartName>(["goal"]);
/** What a program is taken for where nobody knows. */
const USUAL_KIND: TemplateName = "summarise";

const UNREACHABLE: ReadonlySet<string> = new Set(["RLLM_010", "RLLM_014", "RLLM_017", "RLLM_019"]);

export interface DrafterOptions {
  readonly workflow: LoadedProgram;
  /** Runs a program of the workflow on the model that drafts. @throws {ModullmError} */
  run(program: LoadedProgram, input: unknown): Promise<JsonObject>;
  /** `provider/name` of the model that drafts. */
  readonly model: string;
  /** The workflow's own input: what is known before the first part. */
  readonly known: Readonly<Record<string, Json>> & { readonly purpose: string };
}

export interface Drafted<Value> {
  readonly value: Value;
  /** Why the draft is the template's and not the model's; null where the model made it. */
  readonly instead: string | null;
  /** Whether the model could not be called: that may be mended. */
  readonly unreachable: boolean;
}

export interface Wish {
  /** What to change, in words. */
  readonly feedback: string;
  /** What it is now. */
  readonly draft: JsonObject;
}

/**
 * Drafts the parts of a program through the programs of the workflow, as the workflow's own entries
 * feed them.
 */
export interface Drafter {
  /**
   * A part from what is decided so far. A draft that can't be used is asked for once more with the
   * reason; then the template takes its place, and `instead` says why.
   * @throws {ModullmError} RLLM_022 when it is interrupted
   */
  draft<Name extends PartName>(name: Name, draft: Draft): Promise<Drafted<Parts[Name]>>;
  /**
   * A part changed as somebody wishes. @throws {ModullmError} what the run throws; RLLM_005 where
   * what comes can't be used
   */
  change<Name extends PartName>(name: Name, draft: Draft, wish: Wish): Promise<Parts[Name]>;
  /** A part as the template has it. */
  template<Name extends PartName>(name: Name, draft: Draft): Promise<Parts[Name]>;
}

export function createDrafter({ workflow, run, model, known }: DrafterOptions): Drafter {
  function ask(name: PartName, draft: Draft, wish: Wish | null): Promise<JsonObject> {
    const { entry, child } = linkOf(workflow, name);
    const input = childInput(entry, child.program.input, { input: known, uses: draft });
    return run(child, wish === null ? input : { ...input, ...wish });
  }

  async function template<Name extends PartName>(name: Name, draft: Draft): Promise<Parts[Name]> {
    const kind = draft.goal?.kind ?? USUAL_KIND;
    return partOf(name).fallback(draft, await loadTemplate(kind), known.purpose);
  }

  /** What a model drafts, asked for once more with the reason where it can't be used. */
  async function usable<Name extends PartName>(
    name: Name,
    draft: Draft,
    wish: Wish | null,
  ): Promise<Parts[Name]> {
    const part = partOf(name);
    const given = await ask(name, draft, wish);
    const first = part.accept(given, draft);
    if (first.ok) return first.value;
    const reason = `That can't be used: ${first.reason}. Correct it.`;
    const feedback = wish === null ? reason : `${wish.feedback}\n${reason}`;
    const second = part.accept(await ask(name, draft, { draft: given, feedback }), draft);
    if (second.ok) return second.value;
    throw unusable(second.reason);
  }

  return {
    change: usable,
    template,
    async draft(name, draft) {
      if (model === BASELINE && !DRAFTED_ON_BASELINE.has(name))
        return {
          value: await template(name, draft),
          instead: `${BASELINE} is no language model`,
          unreachable: false,
        };
      try {
        return { value: await usable(name, draft, null), instead: null, unreachable: false };
      } catch (thrown) {
        const error = toModullmError(thrown);
        if (error.code === "RLLM_022") throw error;
        const unreachable = UNREACHABLE.has(error.code);
        return { value: await template(name, draft), instead: error.message, unreachable };
      }
    },
  };
}

/** The entry of the workflow that drafts a part, or does another step. */
export function linkOf({ uses }: LoadedProgram, name: string): Link {
  const link = uses.find(({ entry }) => entry.name === name);
  if (link === undefined) throw new Error(`the workflow has no entry "${name}"`);
  return link;
}

function unusable(reason: string): ModullmError {
  return new ModullmError("RLLM_005", `The draft can't be used: ${reason}`, {
    details: { reason },
  });
}
