/**
 * Writes `src/model/catalog/models.json` from a price list in LiteLLM's shape:
 *
 *     bun scripts/catalog.ts model-prices.json
 *
 * The list has prices per token and thousands of entries; the catalogue has prices per million
 * tokens and the current chat models of the providers in `SELECTION`. A dated name is kept only
 * where its facts differ from those of its family.
 */
import { readFile, writeFile } from "node:fs/promises";
import { isObject } from "../src/core/json.ts";
import { familyOf } from "../src/model/catalog/catalog.ts";

interface Selection {
  /** `provider` in the price list. */
  readonly source: string;
  /** What its names begin with there, and not here. */
  readonly prefix?: string;
  readonly pick: RegExp;
  readonly leave?: RegExp;
}

const SELECTION: Readonly<Record<string, Selection>> = {
  openai: {
    source: "openai",
    pick: /^(?:gpt-(?:3\.5-turbo|4|4-turbo|4o|4o-mini|4\.1|4\.1-mini|4\.1-nano|5[\d.]*|5[\d.]*-(?:mini|nano|pro|sol|terra|luna|chat-latest))|chatgpt-4o-latest|o1|o1-pro|o3|o3-mini|o3-pro|o4-mini)(?:-\d{4}-\d\d-\d\d)?$/,
  },
  anthropic: { source: "anthropic", pick: /^claude-(?:3-haiku|(?:haiku|sonnet|opus|fable)-\d)/ },
  google: {
    source: "gemini",
    prefix: "gemini/",
    pick: /^(?:gemini-(?:2\.5|3[\d.]*)-(?:pro|flash|flash-lite)(?:-preview)?|gemini-(?:pro|flash|flash-lite)-latest|gemma-3-27b-it)$/,
  },
  mistral: {
    source: "mistral",
    prefix: "mistral/",
    pick: /^(?:(?:mistral-(?:large|medium|small)|codestral|devstral|devstral-(?:medium|small)|magistral-(?:medium|small)|ministral-8b)-latest|ministral-3-\d+b-2512|open-mistral-nemo|mistral-(?:large|medium|small)-2[56]\d\d)$/,
  },
  cohere: { source: "cohere_chat", pick: /^command-(?:a|r)/ },
  groq: { source: "groq", prefix: "groq/", pick: /./, leave: /guard|gemma-7b/ },
  deepseek: {
    source: "deepseek",
    prefix: "deepseek/",
    pick: /^deepseek-(?:chat|reasoner|v[34]|v3\.2|v4-flash|v4-pro)$/,
  },
  xai: {
    source: "xai",
    prefix: "xai/",
    pick: /^grok-(?:3|3-mini|4|4-1|4\.\d+|code)(?:-(?:fast|reasoning|non-reasoning))*$/,
  },
  together: {
    source: "together_ai",
    prefix: "together_ai/",
    pick: /^(?:Qwen\/Qwen3(?:-Coder|-Next|\.5|-235B.*2507)|deepseek-ai\/DeepSeek-(?:R1|V3\.1)$|meta-llama\/(?:Llama-(?:3\.3|4)|Meta-Llama-3\.1-8B)|moonshotai\/Kimi-K2\.5|openai|zai-org\/GLM-4\.7)/,
    leave: /Free$/,
  },
  fireworks: {
    source: "fireworks_ai",
    prefix: "fireworks_ai/",
    pick: /^accounts\/fireworks\/models\/(?:deepseek-(?:v3p2|v4-(?:flash|pro))|glm-(?:4p7|5p[12])|gpt-oss-(?:20b|120b)|kimi-k2p[567]|minimax-m3|llama-v3p(?:1-8b|3-70b)-instruct|qwen3p7-plus)$/,
  },
  perplexity: {
    source: "perplexity",
    prefix: "perplexity/",
    pick: /^sonar(?:-pro|-reasoning-pro|-deep-research)?$/,
  },
  cerebras: {
    source: "cerebras",
    prefix: "cerebras/",
    pick: /^(?:gpt-oss|zai|qwen|llama3\.1-8b|llama-3\.3)/,
  },
  openrouter: {
    source: "openrouter",
    prefix: "openrouter/",
    pick: /^(?:anthropic\/claude-(?:haiku|sonnet|opus)-4\.[5-9]|deepseek\/deepseek-(?:chat|r1|v3\.2)|google\/gemini-(?:2\.5|3[\d.]*)-(?:pro|flash|flash-lite)(?:-preview)?|mistralai\/(?:mistral-large-2512|mistral-small-3\.2.*)|moonshotai\/.*|openai\/(?:gpt-4o|gpt-4\.1|gpt-4\.1-mini|gpt-5|gpt-5-mini|gpt-5\.2|gpt-oss-(?:20|120)b)|qwen\/qwen3(?:-coder|\.5-plus.*|\.6-plus|-235b-a22b-2507)|x-ai\/.*|z-ai\/glm-(?:4\.7|5|5\.1)|minimax\/minimax-m2\.5)$/,
  },
};

/**
 * Window, longest answer; input, output, cache read, cache write. Nulls at the end are left out.
 */
type Row = readonly (number | null)[];

async function main(file: string | undefined): Promise<void> {
  if (file === undefined)
    throw new Error(
      "Cannot write the catalogue: name the price list, as in bun scripts/catalog.ts " +
        "model-prices.json",
    );
  const list: unknown = JSON.parse(await readFile(file, "utf8"));
  if (!isObject(list)) throw new Error(`Cannot read price list "${file}": it is not a JSON object`);
  const rows = new Map<string, Row>();
  for (const [provider, selection] of Object.entries(SELECTION)) {
    for (const [name, entry] of Object.entries(list)) {
      const short = name.slice(
        name.startsWith(selection.prefix ?? "") ? (selection.prefix ?? "").length : name.length,
      );
      const chat =
        isObject(entry) &&
        !isWithdrawn(entry) &&
        entry["provider"] === selection.source &&
        ["chat", "responses"].includes(String(entry["mode"]));
      if (chat && selection.pick.test(short) && selection.leave?.test(short) !== true)
        rows.set(`${provider}/${short}`, rowOf(entry));
    }
  }
  const kept = [...rows].filter(([id, row]) => {
    if (row[0] == null && row[2] == null) return false;
    const family = rows.get(familyOf(id));
    return (
      family === undefined || familyOf(id) === id || JSON.stringify(family) !== JSON.stringify(row)
    );
  });
  const lines = kept
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, row]) => `  ${JSON.stringify(id)}: ${JSON.stringify(row)}`);
  const target = new URL("../src/model/catalog/models.json", import.meta.url);
  await writeFile(target, `{\n${lines.join(",\n")}\n}\n`);
  process.stderr.write(`${kept.length} models\n`);
}

function isWithdrawn(entry: Record<string, unknown>): boolean {
  const date = entry["deprecation_date"];
  return typeof date === "string" && date <= new Date().toISOString().slice(0, 10);
}

function rowOf(entry: Record<string, unknown>): Row {
  const cache = [
    perMillion(entry["cache_read_input_token_cost"]),
    perMillion(entry["cache_creation_input_token_cost"]),
  ];
  while (cache.at(-1) === null) cache.pop();
  return [
    number(entry["max_input_tokens"] ?? entry["max_tokens"]),
    number(entry["max_output_tokens"]),
    perMillion(entry["input_cost_per_token"]),
    perMillion(entry["output_cost_per_token"]),
    ...cache,
  ];
}

function number(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? value : null;
}

/** Hosted models are not free: a price of 0 in the list means that nobody knows it. */
function perMillion(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? Math.round(value * 1e12) / 1e6 : null;
}

await main(process.argv[2]);
