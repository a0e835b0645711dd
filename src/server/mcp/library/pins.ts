import type { Tool } from "@modelcontextprotocol/server";
import { ModullmError } from "../../../core/error.ts";
import type { Principal } from "../../../core/principal.ts";
import { toolName } from "../../../program/tools.ts";
import { findProgram, type Library } from "./library.ts";
import { TOOLS } from "./tools.ts";

/** A program that is a tool of its own, as it was when the server started. */
export interface Pin {
  readonly tool: Tool;
  /** By which the library knows the program. */
  readonly name: string;
}

/**
 * Looks pins up for whoever started the server.
 * @throws {ModullmError} RLLM_008 for one that names no program, or a tool that is there already
 */
export async function readPins(
  names: readonly string[],
  library: Library,
  principal: Principal,
): Promise<ReadonlyMap<string, Pin>> {
  const pins = new Map<string, Pin>();
  for (const written of names) {
    const {
      name,
      description,
      input_schema: schema,
      fault,
    } = await findProgram(library, written, principal);
    const tool = toolName(name);
    const isTaken = pins.has(tool) || TOOLS.some((each) => each.name === tool);
    if (fault || schema === null) throw noPin(written, "it is broken");
    if (tool === "" || isTaken) throw noPin(written, `the tool "${tool}" is there already`);
    pins.set(tool, {
      name,
      tool: { name: tool, description, inputSchema: { ...schema, type: "object" } },
    });
  }
  return pins;
}

/** The tools of pins that a principal may run. */
export async function toolsOf(
  pins: ReadonlyMap<string, Pin>,
  library: Library,
  principal: Principal,
): Promise<readonly Tool[]> {
  const seen = await Promise.all(
    [...pins.values()].map(async ({ name, tool }) => {
      const entry = await findProgram(library, name, principal).catch(() => null);
      return entry === null ? [] : [tool];
    }),
  );
  return seen.flat();
}

function noPin(name: string, reason: string): ModullmError {
  return new ModullmError("RLLM_008", `Cannot pin "${name}": ${reason}`, {
    details: { reason },
    hint: "Correct the program, or leave --pin out.",
  });
}
