import { EMBEDDINGS, type EmbedWays, RERANK, type RerankWays } from "./vectors/ways.ts";

/**
 * How a server is spoken to. `azure` is OpenAI's protocol behind Azure's addresses, `responses`
 * OpenAI's newer one, `bedrock` AWS's Converse.
 */
export type Protocol =
  | "openai"
  | "azure"
  | "responses"
  | "anthropic"
  | "gemini"
  | "ollama"
  | "bedrock";

/** What a model takes in beside text. */
export type Modality = "image" | "audio" | "pdf";

/**
 * How a JSON schema is sent: `strict` (enforced, in OpenAI's subset), `anthropic` (enforced, in
 * Anthropic's subset), `gemini` (enforced, in Gemini's subset), `grammar` (turned into a grammar by
 * llama.cpp or alike), `tool` (as the input of a tool that the model must call; not enforced),
 * `schema` (as written), `none`.
 */
export type SchemaMode = "strict" | "anthropic" | "gemini" | "grammar" | "tool" | "schema" | "none";

/**
 * How a model is told to think: `effort` (a level, as OpenAI has it), `level` (Gemini 3), `budget`
 * (a number of tokens), `adaptive` (Anthropic: the model decides how much), `always` (as
 * `adaptive`, and it can't be turned off), `none` (not at all, or nothing is known).
 */
export type Thinking = "effort" | "level" | "budget" | "adaptive" | "always" | "none";

/**
 * What a model can do, and how it wants to be asked. Data; adapters read it, and nothing else says
 * it.
 */
export interface Abilities {
  readonly schema: SchemaMode;
  /**
   * Whether the server holds the model to a schema while it may call tools; where it doesn't, the
   * schema is sent once no tool may be called any more.
   */
  readonly schemaWithTools: boolean;
  /** The field of a reply in which thoughts must go back with the calls they led to; null: none. */
  readonly thoughtsBack: "reasoning_content" | "reasoning_details" | "thinking" | null;
  /** Whether a result can hold files; where it can't, they follow in a message of the user. */
  readonly filesInResults: boolean;
  /** What an id of a call looks like; others are replaced by one that does. */
  readonly callIds: RegExp;
  /** Whether it can be told to write JSON, of whatever shape. */
  readonly jsonMode: boolean;
  /** Whether it counts tokens in a stream, and may be asked to. */
  readonly streamUsage: boolean;
  /**
   * Whether it takes a system message; where it doesn't, the text goes before the first message of
   * the user.
   */
  readonly system: boolean;
  /** What it takes in beside text; null where that is not known, so that the server has to say. */
  readonly input: readonly Modality[] | null;
  readonly thinking: Thinking;
  /** Parameters under another name there. */
  readonly renames: Readonly<Record<string, string>>;
  /** Parameters it refuses or ignores: left out, with a note. */
  readonly refuses: readonly string[];
  /** Parameters it refuses only while it thinks. */
  readonly refusesThinking: readonly string[];
  /**
   * Tokens from which on the beginning of a prompt is worth keeping at the server; null where
   * nobody has to ask for that.
   */
  readonly cacheFrom: number | null;
}

/** The ways of a server: what it is, and what its models can do as far as they are alike. */
export interface Quirks extends Abilities {
  readonly protocol: Protocol;
  /**
   * Whether it runs on the user's own machines: a first token may then take as long as loading a
   * model does.
   */
  readonly local: boolean;
  /** Whether a call without a key can't work. */
  readonly needsKey: boolean;
  /** Whether it answers prompts; some give vectors and scores alone. */
  readonly chat: boolean;
  /** Null where it has no models that give vectors. */
  readonly embed: EmbedWays | null;
  /** Null where it has none that score documents. */
  readonly rerank: RerankWays | null;
  /**
   * Whether it has the addresses of llama.cpp's server for its health, and for models that it
   * loads, lets go of and downloads.
   */
  readonly router: boolean;
  /** Whose accounts calls are made with where there is no key; null where that needs none. */
  readonly account: "aws" | "google" | null;
}

export const HOSTED: Quirks = {
  protocol: "openai",
  local: false,
  needsKey: true,
  chat: true,
  embed: EMBEDDINGS,
  rerank: RERANK,
  router: false,
  account: null,
  schema: "schema",
  schemaWithTools: true,
  thoughtsBack: null,
  filesInResults: false,
  callIds: /^.{1,40}$/s,
  jsonMode: true,
  streamUsage: true,
  system: true,
  input: null,
  thinking: "none",
  renames: {},
  refuses: [],
  refusesThinking: [],
  cacheFrom: null,
};

export const LOCAL: Quirks = {
  ...HOSTED,
  local: true,
  needsKey: false,
  schema: "grammar",
  // Their grammar spans the whole answer, and leaves no room for a call.
  schemaWithTools: false,
  thoughtsBack: "reasoning_content",
};

/** A server nothing is known of: the plainest request there is. */
export const UNKNOWN_SERVER: Quirks = {
  ...HOSTED,
  needsKey: false,
  schema: "none",
  streamUsage: false,
  // Whoever sends thoughts under that name takes them under it.
  thoughtsBack: "reasoning_content",
};
