/** What `modullm help TOPIC` explains; each is read when asked for. */
export const TOPICS: Readonly<Record<string, () => Promise<string>>> = {
  agents: async () => filled((await import("./agents.md", { with: { type: "text" } })).default),
  rllm: async () => filled((await import("./rllm.md", { with: { type: "text" } })).default),
  schema: async () => filled((await import("./schema.md", { with: { type: "text" } })).default),
  input: async () => filled((await import("./input.md", { with: { type: "text" } })).default),
  composition: async () =>
    filled((await import("./composition.md", { with: { type: "text" } })).default),
  tools: async () => filled((await import("./tools.md", { with: { type: "text" } })).default),
  recovery: async () => filled((await import("./recovery.md", { with: { type: "text" } })).default),
  budgets: async () => filled((await import("./budgets.md", { with: { type: "text" } })).default),
  models: async () => filled((await import("./models.md", { with: { type: "text" } })).default),
  providers: async () =>
    filled((await import("./providers.md", { with: { type: "text" } })).default),
  credentials: async () =>
    filled((await import("./credentials.md", { with: { type: "text" } })).default),
  config: async () => filled((await import("./config.md", { with: { type: "text" } })).default),
  plugins: async () => filled((await import("./plugins.md", { with: { type: "text" } })).default),
  errors: async () => filled((await import("./errors.md", { with: { type: "text" } })).default),
  examples: async () => filled((await import("./examples.md", { with: { type: "text" } })).default),
};

async function filled(text: string): Promise<string> {
  return await (await import("./fill.ts")).fillMarks(text);
}
