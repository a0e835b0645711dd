/** Commands by what they are for, in the order of help; each stands in one group. */
export const GROUPS: readonly CommandGroup[] = [
  {
    name: "run",
    title: "Run programs and models",
    commands: ["run", "map", "chat", "chats", "embed", "rerank", "parse"],
  },
  {
    name: "write",
    title: "Write programs",
    commands: [
      "onboard",
      "new",
      "import",
      "validate",
      "test",
      "improve",
      "fmt",
      "types",
      "schema",
      "lsp",
    ],
  },
  {
    name: "look",
    title: "Look at programs and runs",
    commands: ["explain", "inspect", "library", "runs", "trace", "stats", "exectime", "cache"],
  },
  {
    name: "set-up",
    title: "Set up, and get help",
    commands: ["doctor", "config", "plugins", "mcp", "sandbox", "trust", "completion", "help"],
  },
];

export interface CommandGroup {
  /** Stable: `modullm help commands --format json` has it. */
  readonly name: "run" | "write" | "look" | "set-up";
  readonly title: string;
  readonly commands: readonly string[];
}

/** @throws {Error} for a command that stands in none, which a test would find */
export function groupOf(command: string): CommandGroup {
  const group = GROUPS.find(({ commands }) => commands.includes(command));
  if (group === undefined) throw new Error(`no group of commands has "${command}"`);
  return group;
}
