import type { Issue } from "../contract/contract.ts";
import { isObject } from "../core/json.ts";
import { ModullmError } from "../core/error.ts";
import type { Fault } from "../media/fault.ts";
import type { Media } from "../media/reading.ts";
import { findMedia, type MediaPlace } from "../program/media.ts";
import { replaceAt, shortened, textAt } from "../program/media-values.ts";
import { matchesType } from "../program/media-type.ts";
import { requirePermission } from "./permission.ts";
import { issueDetails, type Run } from "./state.ts";

/** All that one run is given. */
const MOST_FILES = 100;
const MOST_BYTES = 64 * 1024 * 1024;

export interface Reference {
  readonly place: MediaPlace;
  readonly text: string;
}

/**
 * Takes the files that stand in the input itself: a short form takes their place in the values, so
 * that nothing behind (templates, blocks, events, errors, kept answers) ever holds the bytes. The
 * short form is known in the whole tree: passing it on passes on the file.
 * @returns paths and URLs, which only the outermost run may have: it has the caller's own words.
 * What a child is given came
 *   through `with`, and may be a model's
 * @throws {ModullmError} RLLM_004
 */
export function takeData(run: Run): readonly Reference[] {
  const { value, references } = withoutData(run, run.input, "with");
  setInput(run, value);
  return references;
}

/** Reads what the references name. @throws {ModullmError} RLLM_004, RLLM_016 */
export async function openReferences(run: Run, references: readonly Reference[]): Promise<void> {
  const waiting = [...references];
  const scope = run.scope.within({ name: run.loaded.program.name });
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await open(run, next, scope.signal);
  }
  try {
    await Promise.all(
      Array.from({ length: Math.min(run.tree.concurrency, references.length) }, work),
    );
  } catch (thrown) {
    // What is still being read is not needed any more.
    scope.end(thrown);
    throw thrown;
  } finally {
    scope.end();
  }
  run.media = mediaIn(run, run.input);
}

/**
 * Takes the files of an input that a `pre` block put in the place of the first. @throws
 * {ModullmError} RLLM_004
 */
export function retakeMedia(run: Run): void {
  const given = run.values["input"];
  if (given === run.input) return;
  run.values["input"] = withoutData(run, given, "pre").value;
  run.media = mediaIn(run, run.values["input"]);
}

/** A value with the files of the input where their short forms stand. */
export function withFiles(run: Run, value: unknown): unknown {
  const { media } = run.tree;
  function restored(part: unknown): unknown {
    if (Array.isArray(part)) return part.map(restored);
    if (isObject(part))
      return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, restored(each)]));
    const file = typeof part === "string" ? media.get(part)?.attachment : undefined;
    return file ? `data:${file.mediaType};base64,${file.data}` : part;
  }
  return media.size === 0 ? value : restored(value);
}

/** How many files a prediction must guess at: nothing is opened for it, and nothing refused. */
export function takeForPrediction(run: Run): number {
  let unread = 0;
  for (const place of placesIn(run, run.input)) {
    const text = textAt(run.input, place);
    const reading = /^data:/i.test(text) ? run.tree.tools.media.decode(text, place.accepts) : null;
    if (!reading?.ok) unread++;
    setInput(
      run,
      replaceAt(run.input, place.path, reading?.ok ? keep(run, reading.media) : "[file]"),
    );
  }
  run.media = mediaIn(run, run.input);
  return unread;
}

function withoutData(
  run: Run,
  input: unknown,
  through: "with" | "pre",
): { value: unknown; references: readonly Reference[] } {
  const references: Reference[] = [];
  let value = input;
  const places = placesIn(run, input);
  if (places.length > MOST_FILES) throw tooMuch(run, input, `${places.length} files`);
  for (const place of places) {
    const text = textAt(input, place);
    const known = run.tree.media.get(text);
    const isData = /^data:/i.test(text);
    const reading =
      !known && (isData || place.base64) ? run.tree.tools.media.decode(text, place.accepts) : null;
    if (known) requireType(run, place, known);
    else if (reading?.ok) value = replaceAt(value, place.path, keep(run, reading.media));
    else if (reading && isData) throw mediaError(run, place, reading);
    else references.push({ place, text });
  }
  const [first] = references;
  if (
    first &&
    (through === "pre" || run.parent !== null || run.tree.options.openReferences === false)
  )
    throw mediaError(run, first.place, notTheCallers(run, through));
  return { value, references };
}

async function open(run: Run, { place, text }: Reference, signal: AbortSignal): Promise<void> {
  const { tools, options } = run.tree;
  const { accepts } = place;
  const isUrl = /^https?:/i.test(text) && URL.canParse(text);
  if (isUrl) requirePermission(run, "network", new URL(text).hostname);
  else requirePermission(run, "read", text);
  const reading = await tools.media.read(text, {
    accepts,
    allow: options.allowPaths ?? [],
    signal,
  });
  if (!reading.ok) throw mediaError(run, place, reading);
  setInput(run, replaceAt(run.input, place.path, keep(run, reading.media)));
}

function setInput(run: Run, value: unknown): void {
  run.input = value;
  run.values["input"] = value;
}

/** Remembers a file for the tree. @returns its short form */
function keep(run: Run, media: Media): string {
  const { mediaType } = media.attachment;
  const short = `data:${mediaType};base64,… (${media.size} bytes, sha256 ${media.digest.slice(0, 16)})`;
  // The same bytes may come twice, once with a name.
  if (!run.tree.media.get(short)?.name) run.tree.media.set(short, media);
  return short;
}

/**
 * The files of an input in its order, each once. @throws {ModullmError} RLLM_004 when they are too
 * large together
 */
function mediaIn(run: Run, input: unknown): readonly string[] {
  const found = placesIn(run, input).map((place) => textAt(input, place));
  const short = [...new Set(found)].filter((text) => run.tree.media.has(text));
  const size = short.reduce((sum, text) => sum + (run.tree.media.get(text)?.size ?? 0), 0);
  if (size > MOST_BYTES)
    throw tooMuch(run, input, `files of ${(size / 1024 / 1024).toFixed(1)} MiB`);
  return short;
}

function tooMuch({ loaded }: Run, input: unknown, what: string): ModullmError {
  const { name, input: contract } = loaded.program;
  const reason =
    `holds ${what}, but no more than ${MOST_FILES} of ${MOST_BYTES / 1024 / 1024} MiB together ` +
    "are taken";
  return new ModullmError("RLLM_004", `The input of "${name}" ${reason}`, {
    details: issueDetails({ keyword: "contentMediaType", path: [], schemaPath: [], reason }),
    expectedSchema: contract.schema,
    receivedPayload: shortened(contract.schema, input),
  });
}

function placesIn({ loaded }: Run, input: unknown): readonly MediaPlace[] {
  return findMedia(loaded.program.input.schema, input);
}

/** A file passed on by another program must be what this one wants. */
function requireType(run: Run, place: MediaPlace, { attachment }: Media): void {
  if (place.accepts.some((pattern) => matchesType(pattern, attachment.mediaType))) return;
  const reason = `is ${attachment.mediaType}, but ${place.accepts.join(" or ")} is wanted`;
  throw mediaError(run, place, { ok: false, fault: "value", reason, hint: null });
}

/**
 * What the contract is held against: a data URI where there is a file, so that `format` and
 * `pattern` of one hold.
 */
export function withStandIns(run: Run): unknown {
  const { input } = run;
  return placesIn(run, input).reduce((value, place) => {
    const media = run.tree.media.get(textAt(input, place));
    return media
      ? replaceAt(value, place.path, `data:${media.attachment.mediaType};base64,AAAA`)
      : value;
  }, input);
}

function mediaError(run: Run, place: MediaPlace, { fault, reason, hint }: Fault): ModullmError {
  const { name, input } = run.loaded.program;
  const field = place.path.join(".");
  const message = `The input field "${field}" of "${name}" ${reason}`;
  const shown = shortened(run.loaded.program.input.schema, run.values["input"]);
  if (fault === "unreadable")
    return new ModullmError("RLLM_016", message, {
      details: { source: field, reason },
      hint: hint ?? "Give a file below the working folder, an http or https URL, or a data URI.",
      receivedPayload: shown,
    });
  const { path, schemaPath } = place;
  const issue: Issue = { keyword: "contentMediaType", path, schemaPath, reason };
  return new ModullmError("RLLM_004", message, {
    details: issueDetails(issue),
    ...(hint === null ? {} : { hint }),
    expectedSchema: input.schema,
    receivedPayload: shown,
  });
}

function notTheCallers({ parent }: Run, through: "with" | "pre"): Fault {
  const whose =
    through === "pre"
      ? "a pre block gave"
      : parent === null
        ? "came from outside"
        : `the program that uses this one gave`;
  const reason =
    "is no data URI: a path or URL is opened only where the caller himself wrote it, and this " +
    `one ${whose}`;
  return {
    ok: false,
    fault: "value",
    reason,
    hint: "Pass on a picture of the caller's input, or a data URI.",
  };
}
