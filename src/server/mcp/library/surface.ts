import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  type Tool,
} from "@modelcontextprotocol/server";
import { ModullmError } from "../../../core/error.ts";
import type { Principal } from "../../../core/principal.ts";
import type { Arguments, Call, Surface } from "../surface.ts";
import { listPrompts, listResources, readProgramAt, TEMPLATE, writePrompt } from "./documents.ts";
import { readFilters } from "./filters.ts";
import { hintsFor, inspection } from "./hints.ts";
import { findProgram, type Library, viewOf } from "./library.ts";
import { type Pin, readPins, toolsOf } from "./pins.ts";
import { asFailure, asText } from "./results.ts";
import { createRunner, type RunnerOptions } from "./run.ts";
import { TOOLS } from "./tools.ts";

export interface LibraryOptions extends RunnerOptions {
  /** Opens the library when the first request needs it, and has it up to date at each one. */
  open(): Promise<Library>;
  /** Programs that are tools of their own, by name. */
  readonly pins: readonly string[];
  /** Who started the server. */
  readonly owner: Principal;
}

/**
 * A library, found step by step: six tools, whatever its size.
 * @throws {ModullmError} RLLM_008 for a pin that can't be one
 */
export async function createLibrarySurface(options: LibraryOptions): Promise<Surface> {
  const { open } = options;
  const runner = createRunner(options);
  const pins: ReadonlyMap<string, Pin> =
    options.pins.length === 0
      ? new Map()
      : await readPins(options.pins, await open(), options.owner);

  async function run(name: string, input: unknown, call: Call): Promise<CallToolResult> {
    const library = await open();
    return await runner.run(library, await findProgram(library, name, call.principal), input, call);
  }

  async function answer(tool: string, given: Arguments, call: Call): Promise<CallToolResult> {
    const pin = pins.get(tool);
    if (pin) return await run(pin.name, given, call);
    const library = await open();
    const { programs } = library;
    const view = viewOf(library, call.principal);
    const {
      name = "",
      category = "",
      query = "",
      cursor = null,
      input,
    } = checked(library, tool, given);
    switch (tool) {
      case "list_categories":
        return asText(await programs.categories(view));
      case "list_programs": {
        const { text, filter } = readFilters(category);
        return asText(await programs.programs(text, { ...view, filter, cursor }));
      }
      case "search_programs": {
        const { text, filter } = readFilters(query);
        return asText(await programs.search(text, { ...view, filter, cursor }));
      }
      case "inspect_program":
        return asText(inspection(await findProgram(library, name, call.principal)));
      case "invocation_hints":
        return asText(hintsFor(library, await findProgram(library, name, call.principal)));
      default:
        return await run(name, input, call);
    }
  }

  return {
    instructions:
      "Programs that run a model with a typed input and a typed output. Find one by " +
      "search_programs, or walk list_categories and list_programs; read its contract with " +
      "inspect_program; run it with run_program.",
    async tools(principal) {
      if (pins.size === 0) return TOOLS;
      return [...TOOLS, ...(await toolsOf(pins, await open(), principal))];
    },
    taskOf: (tool) => (tool === "run_program" || pins.has(tool) ? "may" : "never"),
    async call(tool, given, call) {
      if (!pins.has(tool) && !TOOLS.some(({ name }) => name === tool))
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `there is no tool "${tool}"`);
      try {
        return await answer(tool, given, call);
      } catch (thrown) {
        return asFailure(thrown, (await open()).folders);
      }
    },
    prompts: async (principal, cursor) => await listPrompts(await open(), principal, cursor),
    async prompt(name, given, { principal }) {
      const library = await open();
      const entry = await findProgram(library, name, principal).catch(() => null);
      if (entry) return writePrompt(library, entry, given);
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `there is no prompt "${name}"`);
    },
    resources: async (principal, cursor) => await listResources(await open(), principal, cursor),
    templates: [TEMPLATE],
    read: async (uri, principal) => await readProgramAt(await open(), uri, principal),
  };
}

/** What the tools of `TOOLS` take. */
interface Taken {
  readonly name?: string;
  readonly category?: string;
  readonly query?: string;
  readonly cursor?: string;
  readonly input?: unknown;
}

/** @throws {ModullmError} RLLM_004 */
function checked({ app }: Library, tool: string, given: Arguments): Taken {
  const schema = TOOLS.find(({ name }) => name === tool)?.inputSchema ?? {};
  const compiled = app.tools.compile(schema);
  if (!compiled.ok) throw new Error(`the schema of ${tool} is broken`);
  const result = compiled.contract.check(given);
  if (result.ok) return given;
  const [{ path, reason }] = result.issues;
  throw new ModullmError("RLLM_004", `Cannot call ${tool}: ${reason}`, {
    details: { path: path.join("."), reason },
    expectedSchema: schema,
  });
}
