/**
 * A model of each hosted provider to begin with: small, and able to keep to a schema. Servers of
 * one's own have models of their own.
 */
export const STARTERS: Readonly<Record<string, string>> = {
  openai: "gpt-5-mini",
  anthropic: "claude-haiku-4-5",
  google: "gemini-2.5-flash",
  mistral: "mistral-small-latest",
  cohere: "command-a-03-2025",
  groq: "llama-3.3-70b-versatile",
  deepseek: "deepseek-chat",
  xai: "grok-4-1-fast",
  openrouter: "openai/gpt-5-mini",
  together: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
  fireworks: "accounts/fireworks/models/gpt-oss-120b",
  perplexity: "sonar",
  cerebras: "gpt-oss-120b",
};
