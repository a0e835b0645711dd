/** `provider/name`, neither part empty. */
export function isModelName(text: string): boolean {
  return /^[^\s/]+\/\S.*$/.test(text.trim()) && text.trim() === text;
}

/** ` Did you mean "openai/gpt-4o"?` for a name whose provider is known; else nothing. */
export function modelGuess(name: string): string {
  const [provider] = MAKERS.find(([, names]) => names.test(name)) ?? [];
  return provider === undefined ? "" : ` Did you mean "${provider}/${name}"?`;
}

const MAKERS: readonly (readonly [string, RegExp])[] = [
  ["openai", /^(?:gpt-|chatgpt-|o[134](?:-|$))/i],
  ["anthropic", /^claude-/i],
  ["gemini", /^gemini-/i],
  ["mistral", /^(?:mistral|ministral|codestral|magistral)-/i],
  ["deepseek", /^deepseek-(?:chat|reasoner)/i],
  ["xai", /^grok-/i],
  ["ollama", /^(?:llama|qwen|gemma|phi|mistral|mixtral|deepseek)[\w.-]*(?::[\w.-]+)?$/i],
];
