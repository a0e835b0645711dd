import type {
  GetPromptResult,
  Prompt,
  ReadResourceResult,
  Resource,
} from "@modelcontextprotocol/server";
import { readFile } from "node:fs/promises";
import type { Contract } from "../../../contract/contract.ts";
import { writeJson } from "../../../core/json.ts";
import type { Principal } from "../../../core/principal.ts";
import type { ListedProgram, ProgramEntry } from "../../../library/program-index.ts";
import { objectFromText, textToInput } from "../../../program/input.ts";
import type { Page } from "../surface.ts";
import { findProgram, type Library, viewOf } from "./library.ts";

/** Programs of a page. */
const LIMIT = 100;
const MIME_TYPE = "text/x-rllm";

export const TEMPLATE = {
  uriTemplate: "rllm://{+category}/{name}",
  name: "program",
  description: "The text of a program, by its category and name",
  mimeType: MIME_TYPE,
};

export async function listPrompts(
  library: Library,
  principal: Principal,
  cursor: string | null,
): Promise<Page<"prompts", Prompt>> {
  const { programs, ...more } = await pageOf(library, principal, cursor);
  return { prompts: programs.map(promptOf), ...more };
}

export async function listResources(
  library: Library,
  principal: Principal,
  cursor: string | null,
): Promise<Page<"resources", Resource>> {
  const { programs, ...more } = await pageOf(library, principal, cursor);
  return { resources: programs.map(resourceOf), ...more };
}

/** A prompt has the user's model run the program with what the user filled in. */
export function writePrompt(
  { app }: Library,
  entry: ProgramEntry,
  { input = "{}" }: Readonly<Record<string, string>>,
): GetPromptResult {
  const compiled = app.tools.compile(entry.input_schema ?? {});
  const read = compiled.ok ? inputOf(compiled.contract, input) : input;
  const call = writeJson({ name: entry.name, input: read });
  const text = `Call the tool run_program with ${call} and tell me what its output says.`;
  const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
  return { description: entry.description, messages };
}

/** The text of the program that an address names; null where the principal sees none there. */
export async function readProgramAt(
  library: Library,
  uri: string,
  principal: Principal,
): Promise<ReadResourceResult | null> {
  const name = decoded(uri.slice(uri.lastIndexOf("/") + 1));
  if (!uri.startsWith("rllm://") || name === null) return null;
  const entry = await findProgram(library, name, principal).catch(() => null);
  if (entry === null || entry.fault) return null;
  if (uriOf(entry.name, entry.category?.path ?? null) !== uri) return null;
  const text = await readFile(entry.path, "utf8");
  return { contents: [{ uri, mimeType: MIME_TYPE, text }] };
}

async function pageOf(
  library: Library,
  principal: Principal,
  cursor: string | null,
): Promise<{ readonly programs: readonly ListedProgram[]; readonly nextCursor?: string }> {
  const view = viewOf(library, principal);
  const page = await library.programs.list({ ...view, cursor, limit: LIMIT });
  const programs = page.programs.filter(({ fault }) => fault === null);
  return page.next_cursor === null ? { programs } : { programs, nextCursor: page.next_cursor };
}

const INPUT = {
  name: "input",
  description: "Its input: a JSON object, or plain text for its one string field",
  required: true,
};

function promptOf({ name, summary }: ListedProgram): Prompt {
  return { name, description: summary, arguments: [INPUT] };
}

function resourceOf({ name, summary, category }: ListedProgram): Resource {
  return { uri: uriOf(name, category), name, description: summary, mimeType: MIME_TYPE };
}

function uriOf(name: string, category: string | null): string {
  return `rllm://${category ?? "unknown"}/${encodeURIComponent(name)}`;
}

/** As `run` reads it; what can't be read is for the model to make sense of. */
function inputOf(contract: Contract, text: string): unknown {
  try {
    return text.trimStart().startsWith("{")
      ? objectFromText(text, "input", "either")
      : textToInput(contract, text);
  } catch {
    return text;
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
