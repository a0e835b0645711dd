/**
 * What of a topic a program may want without reading the text: lists under the names that runllm
 * 0.1 gave them, from the code's tables or from the topic itself. Null: the topic is only told.
 */
export async function topicFacts(topic: string, text: string): Promise<object | null> {
  const read = Object.hasOwn(FACTS, topic) ? FACTS[topic] : undefined;
  return read === undefined ? null : await read(text);
}

const FACTS: Readonly<Record<string, (text: string) => Promise<object> | object>> = {
  rllm: languageFacts,
  schema: (text) => ({
    recommendations: paragraphUnder("A contract that models meet", text).split("; "),
  }),
  recovery: (text) => ({ pattern: linesOf(/^recovery_prompt: \|\n((?: .*\n)+)/m, text) }),
  examples: (text) => ({
    commands: [...text.matchAll(/^ {4}(modullm .*?)(?: {2,}#.*)?$/gm)].map(
      ([, command]) => command,
    ),
  }),
  credentials: credentialFacts,
  config: configFacts,
};

async function languageFacts(): Promise<object> {
  const { REQUIRED_KEYS, OPTIONAL_KEYS } = await import("../../program/metadata.ts");
  const { ROOTS } = await import("../../program/template-check.ts");
  return {
    required_fields: Object.keys(REQUIRED_KEYS),
    optional_fields: Object.keys(OPTIONAL_KEYS),
    templating: ROOTS.map((root) => `{{${root}.<path>}}`),
    optional_sections: ["<<<SYSTEM>>>", "<<<RECOVERY>>>", ...BLOCKS],
    docs: ["docs/format.md", "docs/composition.md", "docs/blocks.md", "docs/answers.md"],
  };
}

const BLOCKS = ["python", "js"].flatMap((language) =>
  ["pre", "post"].map((phase) => `\`\`\`rllm-${language} ${phase}`),
);

/** Places that keys are looked for in, first one wins. */
const PRECEDENCE = ["process_env", "cwd_dotenv", "user_dotenv", "user_config_yaml"];

async function credentialFacts(): Promise<object> {
  const { PROVIDERS } = await import("../../model/providers.ts");
  const hosted = PROVIDERS.filter(({ quirks }) => quirks.needsKey);
  return {
    autoload_precedence: PRECEDENCE,
    common_env_vars: [...new Set(hosted.flatMap(({ keys }) => keys))],
  };
}

async function configFacts(): Promise<object> {
  const { CONFIG_KEYS } = await import("../../config/keys.ts");
  const below = (front: string) => Object.keys(CONFIG_KEYS).filter((key) => key.startsWith(front));
  return {
    path: "~/.config/modullm/config.yaml",
    runtime_keys: below("runtime."),
    provider_keys: [...below("provider."), ...below("providers.")],
  };
}

/** The first paragraph under a heading, as one line without its full stop. */
function paragraphUnder(heading: string, text: string): string {
  const [, below = ""] = text.split(`## ${heading}\n\n`);
  const [paragraph = ""] = below.split("\n\n");
  return paragraph.replaceAll("\n", " ").replace(/\.$/, "");
}

function linesOf(block: RegExp, text: string): string[] {
  const [, found = ""] = block.exec(text) ?? [];
  return found
    .trim()
    .split("\n")
    .map((line) => line.trim());
}
