import type {
  GetPromptResult,
  Prompt,
  ReadResourceResult,
  Resource,
} from "@modelcontextprotocol/server";
import { readFile } from "node:fs/promises";
import { isObject, writeJson } from "../../../core/json.ts";
import type { Principal } from "../../../core/principal.ts";
import type { ProgramEntry } from "../../../library/program-index.ts";
import { fieldValue } from "../../../program/input.ts";
import type { Arguments, Page } from "../surface.ts";
import { findProgram, type Library, viewOf } from "./library.ts";

/** Programs of a page. */
const LIMIT = 20;
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
  const { entries, more } = await pageOf(library, principal, cursor);
  return { prompts: entries.map(promptOf), ...more };
}

export async function listResources(
  library: Library,
  principal: Principal,
  cursor: string | null,
): Promise<Page<"resources", Resource>> {
  const { entries, more } = await pageOf(library, principal, cursor);
  return { resources: entries.map(resourceOf), ...more };
}

/** A prompt has the user's model run the program with what the user filled in. */
export function writePrompt(
  { app }: Library,
  entry: ProgramEntry,
  given: Arguments,
): GetPromptResult {
  const compiled = app.tools.compile(entry.input_schema ?? {});
  const fields = Object.entries(given).map(([key, text]) => {
    return [key, compiled.ok ? fieldValue(compiled.contract, key, String(text)) : text];
  });
  const call = writeJson({ name: entry.name, input: Object.fromEntries(fields) as unknown });
  const text = `Call the tool run_program with ${call} and tell me what the output says.`;
  const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
  return { description: entry.description, messages };
}

/** The text of the program that an address names; null where the principal sees none there. */
export async function readProgramAt(
  library: Library,
  uri: string,
  principal: Principal,
): Promise<ReadResourceResult | null> {
  if (!uri.startsWith("rllm://")) return null;
  const name = decoded(uri.slice(uri.lastIndexOf("/") + 1));
  if (name === null) return null;
  const entry = await findProgram(library, name, principal).catch(() => null);
  if (entry === null || entry.fault || uriOf(entry) !== uri) return null;
  const text = await readFile(entry.path, "utf8");
  return { contents: [{ uri, mimeType: MIME_TYPE, text }] };
}

async function pageOf(
  library: Library,
  principal: Principal,
  cursor: string | null,
): Promise<{ entries: readonly ProgramEntry[]; more: { nextCursor?: string } }> {
  const view = viewOf(library, principal);
  const page = await library.programs.list({ ...view, cursor, limit: LIMIT });
  const sound = page.programs.filter(({ fault }) => fault === null);
  const entries = await Promise.all(sound.map(({ name }) => library.programs.show(name, view)));
  return { entries, more: page.next_cursor === null ? {} : { nextCursor: page.next_cursor } };
}

function promptOf({ name, description, input_schema: schema }: ProgramEntry): Prompt {
  const { properties, required } = schema ?? {};
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const fields = isObject(properties) ? Object.entries(properties) : [];
  return {
    name,
    description,
    arguments: fields.map(([field, about]) => ({
      name: field,
      required: needed.includes(field),
      ...(isObject(about) && typeof about["description"] === "string"
        ? { description: about["description"] }
        : {}),
    })),
  };
}

function resourceOf(entry: ProgramEntry): Resource {
  const { name, description } = entry;
  return { uri: uriOf(entry), name, description, mimeType: MIME_TYPE };
}

function uriOf({ name, category }: ProgramEntry): string {
  return `rllm://${category?.path ?? "unknown"}/${encodeURIComponent(name)}`;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
