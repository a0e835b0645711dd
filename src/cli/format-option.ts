import type { ArgDef } from "citty";
import type { CommandContext } from "./command.ts";

/** `--format` of a command whose result has a form for people. */
export const FORMAT_OPTION: ArgDef = {
  type: "enum",
  options: ["json", "text"],
  description: "Default: text at a terminal, else json",
};

/** Whether the result is printed for people. */
export function asText({ options, output }: Pick<CommandContext, "options" | "output">): boolean {
  return (options.text("format") ?? (output.forPeople ? "text" : "json")) === "text";
}
