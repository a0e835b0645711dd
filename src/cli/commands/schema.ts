import type { Command } from "../command.ts";

export const command: Command = {
  name: "schema",
  summary: "Print the JSON Schema of a program's frontmatter, for editors",
  positionals: [],
  options: {},
  examples: [["modullm schema > rllm.schema.json", "for an editor that checks YAML"]],
  async run({ output }) {
    const { frontmatterSchema } = await import("../../program/frontmatter-schema.ts");
    output.json(frontmatterSchema());
    return 0;
  },
};
