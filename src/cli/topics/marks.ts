import type { Code } from "../../core/codes.ts";
import type { ProviderEntry } from "../../model/providers.ts";

/**
 * What stands for each mark of a topic, made from the code's own tables, which are loaded when a
 * topic with the mark is read.
 */
export const MARKS: Readonly<Record<string, () => Promise<string>>> = {
  required_keys: async () => rows((await import("../../program/metadata.ts")).REQUIRED_KEYS),
  required_names: async () =>
    names(Object.keys((await import("../../program/metadata.ts")).REQUIRED_KEYS)),
  optional_keys: async () => rows((await import("../../program/metadata.ts")).OPTIONAL_KEYS),
  llm_params: async () => {
    const { LLM_PARAMS } = await import("../../program/llm-params.ts");
    return rows(
      Object.fromEntries(Object.entries(LLM_PARAMS).map(([key, { wanted }]) => [key, wanted])),
    );
  },
  uses_keys: async () => rows((await import("../../program/uses.ts")).USES_KEYS),
  tool_keys: async () => rows((await import("../../program/tools.ts")).TOOL_KEYS),
  budget_limits: async () => rows((await import("../../program/limits.ts")).LIMITS),
  template_roots: async () => names((await import("../../program/template-check.ts")).ROOTS),
  block_types: async () => names((await import("../../program/body.ts")).GIVEN_TYPES),
  python_builtins: async () =>
    wrapped((await import("../../sandbox/python/offered.ts")).OFFERED_PYTHON.builtins),
  python_modules: async () =>
    wrapped((await import("../../sandbox/python/offered.ts")).OFFERED_PYTHON.modules),
  media_types: async () => wrapped((await import("../../program/media-type.ts")).MEDIA_TYPES, ", "),
  drafts: async () => (await import("../../contract/keywords.ts")).DRAFTS.join(", "),
  keywords: async () =>
    wrapped((await import("../../contract/keywords.ts")).keywordNames("2020-12")),
  older_keywords: olderKeywords,
  formats: async () => wrapped((await import("../../contract/formats.ts")).formatNames(), ", "),
  config_keys: async () => rows((await import("../../config/keys.ts")).CONFIG_KEYS),
  hosted_providers: async () =>
    names((await providers(({ quirks }) => !quirks.local && quirks.chat)).map(({ name }) => name)),
  local_providers: async () =>
    names((await providers((entry) => entry.quirks.local)).map(({ name }) => name)),
  provider_table: providerTable,
  provider_keys: providerKeys,
  plugin_actions: pluginActions,
  codes: async () => (await import("../render/error-topic.ts")).codeRows(),
  codes_to_meet: codesToMeet,
};

/** `- key: what it holds`; keys that hold the same share a row. */
function rows(table: Readonly<Record<string, string>>): string {
  const keys = Map.groupBy(Object.keys(table), (key) => table[key] ?? "");
  return [...keys].map(([holds, alike]) => `- ${names(alike)}: ${holds}`).join("\n");
}

function names(list: readonly string[]): string {
  return list.map((name) => `\`${name}\``).join(", ");
}

/** Words in lines of at most 120 characters. */
function wrapped(words: readonly string[], between = " "): string {
  const lines = [""];
  for (const [index, word] of words.entries()) {
    const piece = index === words.length - 1 ? word : `${word}${between}`;
    const line = lines.at(-1) ?? "";
    if (line.length + piece.length > 120) lines.push(piece);
    else lines[lines.length - 1] = line + piece;
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Columns side by side, each as wide as its widest cell, indented as code. */
function columns(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const lines = table.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "),
  );
  return lines.map((line) => `    ${line}`.trimEnd()).join("\n");
}

/** What older drafts have and 2020-12 has not. */
async function olderKeywords(): Promise<string> {
  const { DRAFTS, keywordNames } = await import("../../contract/keywords.ts");
  const now = keywordNames("2020-12");
  return names([...new Set(DRAFTS.flatMap(keywordNames))].filter((name) => !now.includes(name)));
}

async function providers(wanted: (entry: ProviderEntry) => boolean): Promise<ProviderEntry[]> {
  return (await import("../../model/providers.ts")).PROVIDERS.filter(wanted);
}

async function providerTable(): Promise<string> {
  const table = (await providers(() => true)).map((entry) => [
    [entry.name, ...entry.aliases].join(", "),
    entry.quirks.protocol,
    entry.baseUrl ?? madeOf(entry) ?? "an address of your own",
  ]);
  return columns([["Provider", "Protocol", "Address"], ...table]);
}

function madeOf({ addressFrom }: ProviderEntry): string | null {
  return addressFrom === undefined ? null : `made of ${addressFrom.variable}`;
}

/** What there is in place of a key. */
const ACCOUNTS: Readonly<Record<string, string>> = {
  aws: " or credentials of AWS",
  google: " or credentials of Google Cloud",
};

async function providerKeys(): Promise<string> {
  const table = (await providers(() => true)).map(({ name, keys, quirks }) => [
    name,
    `${keys.join(" or ")}${quirks.needsKey ? "" : (ACCOUNTS[quirks.account ?? ""] ?? " (not needed)")}`,
  ]);
  return columns(table);
}

async function pluginActions(): Promise<string> {
  const { PLUGIN_ACTIONS } = await import("../commands/plugins.ts");
  return columns(
    Object.entries(PLUGIN_ACTIONS).map(([name, { words, summary }]) => [
      `modullm plugins ${name} ${words}`.trimEnd(),
      summary,
    ]),
  );
}

/** What somebody meets who writes programs and runs them, in the order of a run. */
const TO_MEET: readonly Code[] = [
  "RLLM_001",
  "RLLM_002",
  "RLLM_003",
  "RLLM_008",
  "RLLM_016",
  "RLLM_004",
  "RLLM_014",
  "RLLM_012",
  "RLLM_020",
  "RLLM_017",
  "RLLM_013",
  "RLLM_009",
];

async function codesToMeet(): Promise<string> {
  const { CODES } = await import("../../core/codes.ts");
  return TO_MEET.map((code) => `- ${code} ${CODES[code].type}: ${CODES[code].hint}`).join("\n");
}
