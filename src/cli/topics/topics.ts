/** What `modullm help TOPIC` explains; each is read when asked for. */
export const TOPICS: Readonly<Record<string, () => Promise<string>>> = {
  rllm: async () => (await import("./rllm.md", { with: { type: "text" } })).default,
  schema: async () => (await import("./schema.md", { with: { type: "text" } })).default,
  recovery: async () => (await import("./recovery.md", { with: { type: "text" } })).default,
  examples: async () => (await import("./examples.md", { with: { type: "text" } })).default,
  credentials: async () => (await import("./credentials.md", { with: { type: "text" } })).default,
  config: async () => (await import("./config.md", { with: { type: "text" } })).default,
  input: async () => (await import("./input.md", { with: { type: "text" } })).default,
  models: async () => (await import("./models.md", { with: { type: "text" } })).default,
  plugins: async () => (await import("./plugins.md", { with: { type: "text" } })).default,
  errors: async () => (await import("../render/error-topic.ts")).errorTopic(),
};
