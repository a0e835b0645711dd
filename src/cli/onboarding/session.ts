import { createHash } from "node:crypto";
import { renameSync } from "node:fs";
import { basename, join } from "node:path";
import type { Draft } from "../../authoring/draft.ts";
import { PART_NAMES, readDraft } from "../../authoring/parts.ts";
import { fileReason, readConfigText, whyNoText } from "../../config/text.ts";
import { ModullmError } from "../../core/error.ts";
import { isObject, jsonFault, parseJson, writeJson } from "../../core/json.ts";
import { replaceFile } from "../../config/write-file.ts";
import type { Redactor } from "../../redaction/redactor.ts";

/** What is decided so far. It holds no key: where a key is needed again, it is asked for again. */
export interface Progress {
  /** `provider/name`; null: not chosen yet. */
  readonly model: string | null;
  /** Whether the model has answered the hello-world call. */
  readonly greeted: boolean;
  /** Names of variables that were typed for the model. */
  readonly typed: readonly string[];
  /** Where a key that was typed was kept; null: nowhere. */
  readonly credentialPath: string | null;
  readonly purpose: string | null;
  readonly draft: Draft;
  /** The program that was written; null: none yet. */
  readonly generatedFile: string | null;
  readonly done: boolean;
}

export interface Session {
  /** Absolute. */
  readonly path: string;
  progress: Progress;
  /** Takes a decision down at once: whatever happens next, it is not lost. */
  save(change: Partial<Progress>): void;
}

export interface SessionOptions {
  readonly path: string;
  readonly resume: boolean;
  /** Asked at each save: it learns secrets on the way. */
  readonly redactor: () => Redactor;
  /** Told where the session can't be kept: the rest goes on without it. */
  readonly warn: (message: string) => void;
}

const FORMAT = "modullm-onboarding-1";
const NOTHING: Progress = {
  model: null,
  greeted: false,
  typed: [],
  credentialPath: null,
  purpose: null,
  draft: {},
  generatedFile: null,
  done: false,
};

/** The session of a folder, where no file is named. */
export function usualSessionFile(state: string, folder: string): string {
  const digest = createHash("sha256").update(folder).digest("hex").slice(0, 8);
  return join(
    state,
    "onboarding",
    `${basename(folder).replaceAll(/[^\w.-]/g, "_") || "root"}-${digest}.json`,
  );
}

/**
 * Opens a session: the one that was left off, or a new one. An unfinished one that is not resumed
 * is set aside, not lost.
 * @returns what to tell the user, too
 * @throws {ModullmError} RLLM_018 for a file that is no session: it is left as it is
 */
export function openSession({ path, resume, redactor, warn }: SessionOptions): {
  session: Session;
  told: string | null;
} {
  const found = readSession(path);
  const session: Session = {
    path,
    progress: resume && found !== null ? found : NOTHING,
    save(change) {
      session.progress = { ...session.progress, ...change };
      const fault = write(path, redactor().value({ format: FORMAT, ...session.progress }));
      if (fault !== null)
        warn(`The session can't be kept in ${path}, so it can't be resumed: ${fault}.`);
    },
  };
  if (resume && found === null)
    return { session, told: `There is no session at ${path}: this is a new one.` };
  if (resume && found !== null) return { session, told: keptText(found) };
  if (found === null || found.done) return { session, told: null };
  const aside = `${path}.${Date.now()}`;
  try {
    renameSync(path, aside);
  } catch (thrown) {
    throw unusable(path, fileReason(thrown));
  }
  return {
    session,
    told:
      `An unfinished session was set aside as ${aside}; \`--resume --session-file\` with that ` +
      "name goes on with it.",
  };
}

/** What an earlier session has decided. */
function keptText({ model, purpose, draft, generatedFile }: Progress): string {
  const parts = PART_NAMES.filter((name) => draft[name] !== undefined).length;
  const kept = [
    ...(model === null ? [] : [`the model ${model}`]),
    ...(purpose === null ? [] : [`the purpose "${purpose}"`]),
    ...(parts === 0 ? [] : [`${parts} of ${PART_NAMES.length} parts`]),
    ...(generatedFile === null ? [] : [`the file ${generatedFile}`]),
  ];
  return kept.length === 0
    ? "Nothing was decided yet: it begins anew."
    : `Kept from before: ${kept.join(", ")}.`;
}

function readSession(path: string): Progress | null {
  const read = readConfigText(path);
  if (read.kind === "missing") return null;
  if (read.kind !== "text") throw unusable(path, whyNoText(read));
  let value: unknown;
  try {
    value = parseJson(read.text);
  } catch {
    throw unusable(path, "it is no session of onboarding");
  }
  if (!isObject(value) || value["format"] !== FORMAT || jsonFault(value) !== null)
    throw unusable(path, "it is no session of onboarding");
  const text = (key: string): string | null => (typeof value[key] === "string" ? value[key] : null);
  return {
    model: text("model"),
    greeted: value["greeted"] === true,
    typed: (Array.isArray(value["typed"]) ? value["typed"] : []).filter(
      (name) => typeof name === "string",
    ),
    credentialPath: text("credentialPath"),
    purpose: text("purpose"),
    draft: readDraft(isObject(value["draft"]) ? value["draft"] : {}),
    generatedFile: text("generatedFile"),
    done: value["done"] === true,
  };
}

/** Why it can't be written; null where it was. */
function write(path: string, value: object): string | null {
  try {
    replaceFile(path, `${writeJson(value, 2)}\n`, { isPrivate: true });
    return null;
  } catch (thrown) {
    return fileReason(thrown);
  }
}

function unusable(path: string, reason: string): ModullmError {
  return new ModullmError("RLLM_018", `Cannot use session file "${path}": ${reason}`, {
    details: { path, reason },
    hint: "Name another file with --session-file.",
  });
}
