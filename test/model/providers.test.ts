import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { EMBEDDINGS, RERANK } from "../../src/model/vectors/ways.ts";
import { FAMILIES } from "../../src/model/families.ts";
import {
  environmentName,
  findProvider,
  PROVIDERS,
  providerNames,
} from "../../src/model/providers.ts";
import type { ProviderEntry } from "../../src/model/providers.ts";

const PAGE = `${import.meta.dir}/../../docs/providers.md`;

/** The table of docs/providers.md as the code would write it. */
function providerTable(): string {
  const rows = PROVIDERS.filter(({ quirks }) => quirks.chat).map(
    (provider) => `| ${cells(provider).join(" | ")} |`,
  );
  return [
    "| Provider | Address | Key | Protocol | Schema | With tools | JSON mode | Takes | Renamed | Left out |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function cells(entry: ProviderEntry): readonly string[] {
  const { name, aliases, baseUrl, addressFrom, keys, quirks } = entry;
  const renames = Object.entries(quirks.renames).map(([from, to]) => `\`${from}\` → \`${to}\``);
  return [
    aliases.length === 0 ? name : `${name} (${aliases.join(", ")})`,
    `\`${baseUrl ?? addressFrom?.variable ?? "AZURE_API_BASE"}\``,
    code(keys) + (quirks.needsKey ? "" : (ACCOUNTS[quirks.account ?? ""] ?? " (not needed)")),
    quirks.protocol,
    quirks.protocol === "ollama" ? "grammar, as `format`" : quirks.schema,
    quirks.schema === "none" ? "" : quirks.schemaWithTools ? "yes" : "no",
    quirks.jsonMode ? "yes" : "no",
    quirks.input === null ? "" : quirks.input.join(", "),
    renames.length === 0 ? "" : renames.join(", "),
    code(quirks.refuses),
  ];
}

/** The table of those that give vectors or scores, in ways of their own. */
function vectorTable(): string {
  const rows = PROVIDERS.filter(({ quirks }) => quirks.embed !== null || quirks.rerank !== null)
    .filter(({ quirks }) => quirks.embed !== EMBEDDINGS || quirks.rerank !== RERANK)
    .map((provider) => `| ${vectorCells(provider).join(" | ")} |`);
  return [
    "| Provider | Vectors | Texts, tokens a request | `--dimensions` is | `--purpose` is | Scores | Documents, tokens a request |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function vectorCells({ name, quirks: { embed, rerank } }: ProviderEntry): readonly string[] {
  const limits = (texts: number, tokens: number | null): string =>
    tokens === null ? String(texts) : `${texts}, ${tokens}`;
  const purpose = embed?.purpose ?? null;
  return [
    name,
    embed?.protocol ?? "",
    embed === null ? "" : limits(embed.texts, embed.tokens),
    embed === null ? "" : `\`${embed.dimensions}\``,
    purpose === null
      ? ""
      : `\`${purpose.name}\`: ${purpose.document}, ${purpose.query}${purpose.models ? `, for \`${purpose.models.source}\`` : ""}`,
    rerank?.protocol ?? "",
    rerank === null ? "" : limits(rerank.documents, rerank.tokens),
  ];
}
/** What there is in place of a key. */
const ACCOUNTS: Readonly<Record<string, string>> = {
  aws: ", or credentials of AWS",
  google: ", or credentials of Google Cloud",
};

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}

/** The table of families as the code would write it. */
function familyTable(): string {
  const rows = FAMILIES.map(({ at, names, ways }) => {
    const said = Object.entries(ways).map(([key, value]) => `${key}: ${shown(value)}`);
    return `| ${at.join(", ")} | \`${names.source.replaceAll("|", "\\|")}\` | ${said.join("; ")} |`;
  });
  return ["| At | Names | What differs |", "|---|---|---|", ...rows].join("\n");
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "text only" : value.join(", ");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([from, to]) => `${from} → ${String(to)}`)
      .join(", ");
  return String(value);
}

function between(page: string, name: string): string | undefined {
  return new RegExp(`<!-- ${name}:begin[^>]*-->\n([\\s\\S]*?)\n<!-- ${name}:end -->`).exec(
    page,
  )?.[1];
}

describe("the provider table", () => {
  test("is what docs/providers.md shows", async () => {
    const page = await Bun.file(PAGE).text();
    expect(between(page, "providers")).toBe(providerTable());
    expect(between(page, "families")).toBe(familyTable());
    const vectors = await Bun.file(join(import.meta.dir, "../../docs/embeddings.md")).text();
    expect(between(vectors, "vectors")).toBe(vectorTable());
  });

  test("has no name twice", () => {
    expect(new Set(providerNames()).size).toBe(providerNames().length);
  });

  test("holds the providers that are promised", () => {
    const promised =
      "openai anthropic google gemini mistral cohere groq deepseek xai openrouter together fireworks perplexity cerebras nvidia github huggingface azure vllm llamacpp lmstudio ollama";
    for (const name of promised.split(" ")) expect(findProvider(name.toUpperCase())).not.toBeNull();
  });

  test("has addresses that are URLs without a slash at the end, and https for everything that is not local", () => {
    for (const { name, baseUrl, quirks } of PROVIDERS) {
      if (baseUrl === null) continue;
      expect([name, URL.canParse(baseUrl), baseUrl.endsWith("/")]).toEqual([name, true, false]);
      expect([name, new URL(baseUrl).protocol]).toEqual([name, quirks.local ? "http:" : "https:"]);
    }
  });

  test("turns names into those of variables", () => {
    expect(["openai", "my-server.2", "llama.cpp"].map(environmentName)).toEqual([
      "OPENAI",
      "MY_SERVER_2",
      "LLAMA_CPP",
    ]);
  });
});
