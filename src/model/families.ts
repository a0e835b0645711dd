import type { Endpoint } from "./endpoint.ts";
import type { Abilities, Protocol } from "./quirks.ts";

/** Models of one make that differ from what is usual at their provider. */
export interface Family {
  /** Canonical names of providers, or protocols. */
  readonly at: readonly (Protocol | "github" | "openrouter")[];
  /** Tested against the name behind the first slash. */
  readonly names: RegExp;
  readonly ways: Partial<Abilities>;
}

const SAMPLING = ["temperature", "top_p", "presence_penalty", "frequency_penalty"];
const OPENAI = ["openai", "azure", "responses", "github", "openrouter"] as const;
const REASONING: Partial<Abilities> = {
  thinking: "effort",
  renames: { max_tokens: "max_completion_tokens" },
  refusesThinking: [...SAMPLING, "logprobs", "top_logprobs", "logit_bias"],
};

const OLDER_GEMINI: Partial<Abilities> = { schemaWithTools: false, filesInResults: false };
const ENFORCED: Partial<Abilities> = { schema: "anthropic", schemaWithTools: true };

/**
 * What is known of families of models, the first that fits wins. Sources, read in November 2026:
 * OpenAI: developers.openai.com/api/docs/guides/reasoning. Anthropic: platform.claude.com/docs,
 * pages about-claude/models, build-with-claude/structured-outputs, …/effort, …/prompt-caching and
 * the migration guides of Opus 4.7, Sonnet 5 and Sonnet 5.5. Google: ai.google.dev/gemini-api/docs,
 * pages thinking, structured-output and gemma.
 */
export const FAMILIES: readonly Family[] = [
  family(["openai"], /^o[13]-mini/, { ...REASONING, input: [] }),
  family(OPENAI, /(^|\/)(o\d|gpt-5(?!-chat))/i, REASONING),
  family(["openai"], /^(gpt-audio|gpt-4o(-mini)?-audio)/, { input: ["audio"] }),
  family(["openai"], /^gpt-(3\.5|4(-\d{4}|-32k)?$)/, { input: [] }),
  family(["anthropic"], /claude-(3-haiku|3-5)/, { thinking: "none", cacheFrom: 2048 }),
  family(["anthropic"], /claude-(3-|(opus|sonnet)-4(-[01])?(-20\d{6})?$)/, {}),
  family(["anthropic"], /claude-(opus|haiku)-4-5/, { ...ENFORCED, cacheFrom: 4096 }),
  family(["anthropic"], /claude-sonnet-4-5/, ENFORCED),
  family(["anthropic"], /claude-opus-4-6/, {
    ...ENFORCED,
    thinking: "adaptive",
    cacheFrom: 4096,
  }),
  family(["anthropic"], /claude-sonnet-4-6/, { ...ENFORCED, thinking: "adaptive" }),
  family(["anthropic"], /claude-(opus-4-[78]|opus-5(?!-\d(-|$))|sonnet-5(?!-\d(-|$)))/, {
    ...ENFORCED,
    thinking: "adaptive",
    cacheFrom: 1024,
  }),
  // The newest, and whatever comes after them: they think always, and set their own sampling.
  family(["anthropic"], /claude-/, { ...ENFORCED, thinking: "always" }),
  family(["gemini"], /gemma/, {
    ...OLDER_GEMINI,
    thinking: "none",
    system: false,
    schema: "none",
    jsonMode: false,
    input: ["image"],
  }),
  family(["gemini"], /gemini-(1|2\.0)/, { ...OLDER_GEMINI, thinking: "none" }),
  family(["gemini"], /gemini-2\.5/, { ...OLDER_GEMINI, thinking: "budget" }),
];

/** Claude models that take no sampling parameters at all. */
const NO_SAMPLING = /claude-(opus-4-[789]|mythos|[a-z]+-([5-9]|\d\d))/;

/** Claude as AWS names it: a region or a profile before, a version behind. */
const CLAUDE_AT_AWS = /(?:^|[./])anthropic\.(claude-.*?)(?:-v\d+(?::\d+)?)?(?::\d+k)?$/;

/** What the model of that name can do at that endpoint. */
export function abilitiesOf(endpoint: Endpoint, name: string): Abilities {
  const {
    protocol,
    local: _local,
    needsKey: _needsKey,
    account: _account,
    ...others
  } = endpoint.quirks;
  const { chat: _chat, embed: _embed, rerank: _rerank, router: _router, ...usual } = others;
  const claude = protocol === "bedrock" ? CLAUDE_AT_AWS.exec(name)?.[1] : undefined;
  const maker = claude === undefined ? protocol : "anthropic";
  const plain = claude ?? name;
  // Another server's ways may be OpenAI's without its models being so.
  const places: readonly string[] =
    protocol === "openai" ? [endpoint.provider] : [endpoint.provider, maker];
  const found = FAMILIES.find(
    ({ at, names }) => names.test(plain) && at.some((place) => places.includes(place)),
  );
  const sampling =
    maker === "anthropic" && NO_SAMPLING.test(plain) ? ["temperature", "top_p", "top_k"] : [];
  // Claude thinks there as it does at Anthropic; what is usual there goes for all makers.
  const thinking = claude === undefined ? {} : { thinking: "budget" as const };
  const ways = { ...usual, ...thinking, ...found?.ways };
  return {
    ...ways,
    renames: { ...usual.renames, ...found?.ways.renames },
    refuses: [...usual.refuses, ...sampling],
  };
}

function family(at: Family["at"], names: RegExp, ways: Partial<Abilities>): Family {
  return { at, names, ways };
}
