import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import type { Principal } from "../../../core/principal.ts";
import type { Arguments, Call, Surface } from "../surface.ts";
import { callTool } from "./calls.ts";
import { listPrompts, listResources, readProgramAt, TEMPLATE, writePrompt } from "./documents.ts";
import { findProgram, type Library } from "./library.ts";
import { type Pin, readPins, toolsOf } from "./pins.ts";
import { asFailure, asProtocolError } from "./results.ts";
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

const INSTRUCTIONS =
  "Programs that run a model with a typed input and a typed output. Find one by " +
  "search_programs, or walk list_categories and list_programs; read its contract with " +
  "inspect_program; run it with run_program.";

/**
 * A library, found step by step: six tools, whatever its size.
 * @throws {ModullmError} RLLM_008 for a pin that can't be one
 */
export async function createLibrarySurface(options: LibraryOptions): Promise<Surface> {
  const { open, owner } = options;
  const pins: ReadonlyMap<string, Pin> =
    options.pins.length === 0 ? new Map() : await readPins(options.pins, await open(), owner);
  const call = createCalls(options, pins);

  async function asked<Answer>(use: (library: Library) => Promise<Answer>): Promise<Answer> {
    try {
      return await use(await open());
    } catch (thrown) {
      throw asProtocolError(thrown, await foldersOf(options));
    }
  }

  return {
    instructions: INSTRUCTIONS,
    async tools(principal) {
      if (pins.size === 0) return TOOLS;
      const own = await asked(async (library) => await toolsOf(pins, library, principal));
      return [...TOOLS, ...own];
    },
    taskOf: (tool) => (tool === "run_program" || pins.has(tool) ? "may" : "never"),
    call,
    prompts: async (principal, cursor) =>
      await asked(async (library) => await listPrompts(library, principal, cursor)),
    prompt: async (name, given, { principal }) =>
      await asked(async (library) => {
        const entry = await findProgram(library, name, principal).catch(() => null);
        if (entry === null) throw unknown(`there is no prompt "${name}"`);
        return writePrompt(library, entry, given);
      }),
    resources: async (principal, cursor) =>
      await asked(async (library) => await listResources(library, principal, cursor)),
    templates: [TEMPLATE],
    read: async (uri, principal) =>
      await asked(async (library) => await readProgramAt(library, uri, principal)),
  };
}

/** A call that fails is a result that says so, with its code. */
function createCalls(options: LibraryOptions, pins: ReadonlyMap<string, Pin>): Surface["call"] {
  const { open } = options;
  const runner = createRunner(options);

  async function answer(tool: string, given: Arguments, call: Call): Promise<CallToolResult> {
    const pin = pins.get(tool);
    const library = await open();
    if (!pin) return await callTool({ library, runner, tool, given, call });
    const entry = await findProgram(library, pin.name, call.principal);
    return await runner.run(library, entry, given, call);
  }

  return async (tool, given, call) => {
    if (!pins.has(tool) && !TOOLS.some(({ name }) => name === tool))
      throw unknown(`there is no tool "${tool}"`);
    try {
      return await answer(tool, given, call);
    } catch (thrown) {
      return asFailure(thrown, await foldersOf(options));
    }
  };
}

async function foldersOf({ open }: LibraryOptions): Promise<readonly string[]> {
  return (await open().catch(() => null))?.folders ?? [];
}

function unknown(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
