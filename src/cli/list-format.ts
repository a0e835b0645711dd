import type { ArgsDef } from "citty";
import type { CommandContext } from "./command.ts";

/** For commands that list things. */
export const LIST_FORMAT_OPTIONS: ArgsDef = {
  format: {
    type: "enum",
    options: ["text", "json"],
    description: "How to print it (text at a terminal, else json)",
  },
  json: { type: "boolean", description: "The same as --format json" },
};

export function isJson({ options, output }: CommandContext): boolean {
  if (options.flag("json")) return true;
  const format = options.text("format");
  return format === null ? !output.terminal.stdoutIsTty : format === "json";
}
