import type { CommandTable } from "./command.ts";

export const COMMANDS: CommandTable = {
  onboard: async () => (await import("./commands/onboard.ts")).command,
  new: async () => (await import("./commands/new.ts")).command,
  run: async () => (await import("./commands/run.ts")).command,
  map: async () => (await import("./commands/map.ts")).command,
  validate: async () => (await import("./commands/validate.ts")).command,
  inspect: async () => (await import("./commands/inspect.ts")).command,
  parse: async () => (await import("./commands/parse.ts")).command,
  embed: async () => (await import("./commands/embed.ts")).command,
  rerank: async () => (await import("./commands/rerank.ts")).command,
  runs: async () => (await import("./commands/runs.ts")).command,
  stats: async () => (await import("./commands/stats.ts")).command,
  cache: async () => (await import("./commands/cache.ts")).command,
  exectime: async () => (await import("./commands/exectime.ts")).command,
  trace: async () => (await import("./commands/trace.ts")).command,
  sandbox: async () => (await import("./commands/sandbox.ts")).command,
  plugins: async () => (await import("./commands/plugins.ts")).command,
  doctor: async () => (await import("./commands/doctor.ts")).command,
  help: async () => (await import("./commands/help.ts")).command,
  trust: async () => (await import("./commands/trust.ts")).command,
  completion: async () => (await import("./commands/completion.ts")).command,
};
