import type { Contract } from "../contract/contract.ts";
import { ModullmError } from "../core/error.ts";
import { isObject, writeJson } from "../core/json.ts";
import type { JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { type Body, checkText, parseBody, type Section } from "./body.ts";
import { readCollected } from "./collect.ts";
import { checkCompat } from "./compat.ts";
import { readContract, type SharedSchemas } from "./contracts.ts";
import { type Frontmatter, parseFrontmatter } from "./frontmatter.ts";
import { readProgramTests, readBudget, readCache } from "./limits.ts";
import { checkLlmParams } from "./llm-params.ts";
import { findMedia, hasMedia, unknownMedia } from "./media.ts";
import * as metadata from "./metadata.ts";
import { isModelName, modelGuess } from "./model-name.ts";
import type { Example, Program, Warning } from "./program.ts";
import type { Source } from "./source.ts";
import { lookUp, parseTemplate, type Template } from "./template.ts";
import { templateWarnings } from "./template-check.ts";
import { readMaxTurns, readToolChoice, readTools } from "./tools.ts";
import { readUses } from "./uses.ts";
import { asksNoModel, withoutModel } from "./without-model.ts";

/** A whole program, or its first fault. @throws {ModullmError} with the place in the text */
export function readSource(
  source: Source,
  { runtime, shared }: { readonly runtime: string; readonly shared: SharedSchemas | null },
): Program {
  const front = readFront(source);
  metadata.checkRequired(front);
  checkCompat(front, runtime);
  const warnings: Warning[] = [...front.warnings, ...metadata.unknownKeyWarnings(front)];
  const fields = readFields(front, warnings);
  const llm = readAsked(front, warnings);
  const input = readContract(front, "input_schema", shared);
  const output = readContract(front, "output_schema", shared);
  const uses = readUses(front, warnings);
  const tools = readTools(front, warnings);
  const toolChoice = readToolChoice(front);
  const maxTurns = readMaxTurns(front, warnings);
  const examples = readExamples(front, input, output);
  const tests = readProgramTests(front);
  warnings.push(...mediaWarnings(front, input));
  const body = parseBody(source, front.bodyOffset);
  checkText(source, body, { from: front.bodyOffset, asksNoModel: asksNoModel(front) });
  const sections = readSections(front, body, warnings);
  const program: Program = {
    source,
    ...fields,
    ...llm,
    input,
    takesMedia: hasMedia(input.schema),
    output,
    answer: "json",
    collects: readCollected(front, body.blocks),
    uses,
    tools,
    toolChoice,
    maxTurns,
    tests,
    examples,
    ...sections,
    blocks: body.blocks,
    warnings,
  };
  warnings.push(...body.warnings, ...templateWarnings(program, front, body));
  return program;
}

/** @throws {ModullmError} RLLM_001 */
export function readFront(source: Source): Frontmatter {
  if (!source.text.includes("\0")) {
    const front = parseFrontmatter(source);
    return asksNoModel(front) ? withoutModel(front) : front;
  }
  throw new ModullmError(
    "RLLM_001",
    `Cannot read program "${source.path}": it holds a NUL byte, so it is not text`,
    { details: { path: source.path } },
  );
}

function readFields(front: Frontmatter, warnings: Warning[]) {
  const tags = metadata.readStrings(front, "tags", warnings);
  const recommendedModels = metadata.readStrings(front, "recommended_models", warnings);
  for (const [index, model] of recommendedModels.entries()) {
    if (isModelName(model)) continue;
    const message =
      `"recommended_models.${index}" is "${model}", but a model as "provider/name" is wanted: ` +
      `--model recommended is refused.${modelGuess(model)}`;
    warnings.push({ message, place: front.place(["recommended_models", index]) });
  }
  return {
    name: metadata.readText(front, "name"),
    description: metadata.readText(front, "description"),
    version: metadata.readText(front, "version"),
    author: metadata.readText(front, "author"),
    maxContextWindow: readWindow(front),
    retries: readRetries(front),
    budget: readBudget(front),
    cacheMs: readCache(front),
    repair: metadata.readRepair(front),
    recommendedModels,
    tags,
    metadata: metadata.readOptionalObject(front, "metadata", warnings) as JsonObject,
  };
}

/** @throws {ModullmError} RLLM_002 */
function readWindow(front: Frontmatter): number | null {
  const isOpen = asksNoModel(front) && (front.values["max_context_window"] ?? null) === null;
  return isOpen ? null : metadata.readInteger(front, "max_context_window", 1);
}

/** Which model is asked, and how. */
function readAsked(
  front: Frontmatter,
  warnings: Warning[],
): Pick<Program, "llm" | "model" | "fallbacks" | "params"> {
  if (asksNoModel(front)) return { llm: null, model: null, fallbacks: [], params: {} };
  return { ...readLlm(front, warnings), params: readParams(front) };
}

/** @throws {ModullmError} RLLM_002 */
export function readRetries(front: Frontmatter): number | null {
  return (front.values["retries"] ?? null) === null
    ? null
    : metadata.readInteger(front, "retries", 0);
}

export function readLlm(
  front: Frontmatter,
  warnings: Warning[],
): { llm: JsonObject; model: string; fallbacks: string[] } {
  const llm = front.values["llm"];
  function malformed(what: string, path: readonly (string | number)[]): ModullmError {
    return new ModullmError("RLLM_002", what, {
      details: { field: path.join("."), llm },
      place: front.place(path),
    });
  }
  if (!isObject(llm)) throw malformed('"llm" is not a mapping with a model', ["llm"]);
  for (const key of Object.keys(llm)) {
    if (key === "model" || key === "fallbacks") continue;
    const message = `"llm.${key}" is not known and has no effect.${didYouMean(key, ["model", "fallbacks"])}`;
    warnings.push({ message, place: front.keyPlace("llm", key) });
  }
  const { model, fallbacks = [] } = llm;
  if (typeof model !== "string" || !isModelName(model)) {
    throw malformed(
      `"llm.model" is ${model === undefined ? "missing" : writeJson(model)}, but a model as ` +
        `"provider/name" is wanted.${typeof model === "string" ? modelGuess(model) : ""}`,
      ["llm", "model"],
    );
  }
  if (!Array.isArray(fallbacks))
    throw malformed('"llm.fallbacks" is not a list of models', ["llm", "fallbacks"]);
  for (const [index, fallback] of fallbacks.entries()) {
    if (typeof fallback === "string" && isModelName(fallback)) continue;
    throw malformed(
      `"llm.fallbacks.${index}" is ${writeJson(fallback)}, but a model as "provider/name" is ` +
        `wanted.${typeof fallback === "string" ? modelGuess(fallback) : ""}`,
      ["llm", "fallbacks", index],
    );
  }
  return { llm: llm as JsonObject, model, fallbacks };
}

function readParams(front: Frontmatter): JsonObject {
  return readParam(front, metadata.readObject(front, "llm_params"));
}

/** Some parameters of `llm_params`. @throws {ModullmError} RLLM_003 */
export function readParam(front: Frontmatter, params: Record<string, unknown>): JsonObject {
  try {
    return checkLlmParams(params);
  } catch (thrown) {
    if (!(thrown instanceof ModullmError)) throw thrown;
    const key = String(thrown.details["field"]).slice("llm_params.".length);
    const { message, details } = thrown;
    throw new ModullmError(thrown.code, message, {
      details,
      place: front.keyPlace("llm_params", key),
    });
  }
}

export function readExamples(front: Frontmatter, input: Contract, output: Contract): Example[] {
  const examples = front.values["examples"] ?? [];
  if (!Array.isArray(examples))
    throw metadata.fieldError(front, ["examples"], "a list of {input, output}");
  return examples.map((example: unknown, index) => {
    if (!isObject(example))
      throw metadata.fieldError(front, ["examples", index], "a mapping with input and output");
    checkSide(front, ["examples", index, "input"], example["input"], input);
    checkSide(front, ["examples", index, "output"], example["output"], output);
    return { input: example["input"] as JsonObject, output: example["output"] as JsonObject };
  });
}

function checkSide(
  front: Frontmatter,
  path: readonly (string | number)[],
  value: unknown,
  contract: Contract,
): void {
  if (!isObject(value)) throw metadata.fieldError(front, path, "a mapping");
  const check = contract.check(value);
  if (check.ok) {
    if (path.at(-1) === "input") refuseData(front, path, value, contract);
    return;
  }
  const [issue] = check.issues;
  const field = [...path, ...issue.path].join(".");
  throw new ModullmError("RLLM_002", `The example "${field}" breaks its schema: ${issue.reason}`, {
    details: { field, schema_path: issue.schemaPath, reason: issue.reason },
    place: front.place([...path, ...issue.path]),
  });
}

function mediaWarnings(front: Frontmatter, { schema }: Contract): Warning[] {
  return unknownMedia(schema).map((type) => ({
    message:
      `contentMediaType "${type}" has no effect: pictures are PNG, JPEG, GIF or WebP, sound is ` +
      "WAV, MP3, Ogg, FLAC or M4A, documents are PDF",
    place: front.keyPlace("input_schema"),
  }));
}

/** An example is text: what stands for a picture in it goes into the prompt as it is. */
function refuseData(
  front: Frontmatter,
  path: readonly (string | number)[],
  value: object,
  { schema }: Contract,
): void {
  const place = findMedia(schema, value).find((each) =>
    /^data:/i.test(String(lookUp(value, each.path.map(String)))),
  );
  if (!place) return;
  const field = [...path, ...place.path].join(".");
  const reason = "examples are text, so no file can be given in them";
  throw new ModullmError("RLLM_002", `The example "${field}" is a data URI: ${reason}`, {
    details: { field, reason },
    hint: "Say in words what the picture shows.",
    place: front.place([...path, ...place.path]),
  });
}

function readSections(
  front: Frontmatter,
  body: Body,
  warnings: Warning[],
): Pick<Program, "prompt" | "system" | "recovery"> {
  function pick(key: string, section: Section | null): Template | null {
    const written = metadata.readOptionalString(front, key, warnings);
    if (section && written !== null)
      warnings.push({
        message: `The section in the body wins over "${key}" in the frontmatter`,
        place: front.keyPlace(key),
      });
    const text = section ? section.text : (written ?? "");
    return text.trim() === "" ? null : parseTemplate(text);
  }
  return {
    prompt: asksNoModel(front) ? null : parseTemplate(body.prompt.text),
    system: pick("system", body.system),
    recovery: pick("recovery_prompt", body.recovery),
  };
}
