import { ModullmError } from "../core/error.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Program, ToolEntry } from "../program/program.ts";
import { READ_RESULT, toolName } from "../program/tools.ts";

/** By which name a model calls a program. @throws {ModullmError} RLLM_008 where it has none */
export function nameOfTool({ as }: ToolEntry, program: Program): string {
  const name = as ?? toolName(program.name);
  if (name !== "" && name !== READ_RESULT) return name;
  const why =
    name === ""
      ? "has no letter or digit that every provider takes"
      : "stands for reading on in a result";
  throw new ModullmError("RLLM_008", `Cannot offer "${program.name}" as a tool: its name ${why}`, {
    details: { entry: program.name },
    hint: 'Name it with "as" in its entry of tools.',
  });
}

/** A program by the name that a model calls it by. */
interface NamedTool {
  readonly name: string;
  readonly child: { readonly program: Program };
}

/**
 * @throws {ModullmError} RLLM_008 for a name that two tools have, or that `tool_choice` alone has
 */
export function checkToolNames(program: Program, links: readonly NamedTool[]): void {
  for (const [index, { name, child }] of links.entries()) {
    const first = links.findIndex((other) => other.name === name);
    const other = links[first];
    if (first === index || !other) continue;
    throw new ModullmError(
      "RLLM_008",
      `The tools "${other.child.program.name}" and "${child.program.name}" of ` +
        `"${program.name}" have one name, "${name}"`,
      { details: { entry: name }, hint: 'Rename one of them with "as" in its entry of tools.' },
    );
  }
  const { toolChoice, tools } = program;
  if (typeof toolChoice === "string") return;
  const foreign = tools.filter(({ from }) => from.kind !== "program");
  // Which tools a plugin or a server has is known once it runs.
  if (foreign.some(({ only }) => only === null)) return;
  const named = foreign.flatMap(({ as, only }) =>
    as === null ? (only ?? []).map(toolName) : [as],
  );
  requireTool(program, [...links.map(({ name }) => name), ...named]);
}

/** @throws {ModullmError} RLLM_008 where `tool_choice` names none of these */
export function requireTool({ toolChoice, name }: Program, names: readonly string[]): void {
  if (typeof toolChoice === "string" || names.includes(toolChoice.name)) return;
  const wanted = toolChoice.name;
  throw new ModullmError(
    "RLLM_008",
    `"tool_choice" of "${name}" is "${wanted}", which is none of its ` +
      `tools.${didYouMean(wanted, names)}`,
    {
      details: { entry: wanted },
      hint: `Write auto, required, none, or one of: ${names.join(", ")}.`,
    },
  );
}
