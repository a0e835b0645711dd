/**
 * The one table of error codes. Command line, HTTP, gRPC and MCP replies and `docs/errors.md` are
 * read from it. Codes, types and detail keys are a contract: a pin test freezes them. Wording may
 * change.
 */
export interface CodeEntry {
  /** The `error_type` of the payload. */
  readonly type: string;
  /** Where in a run it arises. */
  readonly stage:
    | "parse"
    | "input"
    | "plan"
    | "compose"
    | "block"
    | "model"
    | "answer"
    | "config"
    | "test"
    | "internal";
  /** Exit status of the command line. */
  readonly exit: number;
  /** Status an HTTP face answers with. */
  readonly http: number;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
  /** One sentence: when it is raised. */
  readonly when: string;
  /** The detail keys a caller may rely on. */
  readonly details: readonly string[];
  /** What to do about it. */
  readonly hint: string;
}

function entry(
  type: string,
  stage: CodeEntry["stage"],
  http: number,
  when: string,
  details: readonly string[],
  hint: string,
  more: { exit?: number; retryable?: boolean } = {},
): CodeEntry {
  return {
    type,
    stage,
    http,
    when,
    details,
    hint,
    exit: more.exit ?? 1,
    retryable: more.retryable ?? false,
  };
}

export const CODES = {
  RLLM_001: entry(
    "ParseError",
    "parse",
    422,
    "The text is not a `.rllm` program: the file is missing, the frontmatter, YAML, sections " +
      "or blocks are malformed, or the prompt is empty.",
    ["path", "line", "column", "yaml_error", "actual_type", "faults"],
    "Compare the file with `modullm help rllm`.",
  ),
  RLLM_002: entry(
    "MetadataValidationError",
    "parse",
    422,
    "A frontmatter key or a run setting is missing, has the wrong type, or holds an invalid " +
      "schema.",
    [
      "missing_fields",
      "field",
      "value",
      "actual_type",
      "schema_path",
      "path",
      "media_type",
      "models",
      "faults",
    ],
    "Correct the named field; `modullm help rllm` lists the keys and their types.",
  ),
  RLLM_003: entry(
    "LLMParamValidationError",
    "parse",
    422,
    "`llm_params` holds a key that is not allowed or a value of the wrong type, or the body " +
      "holds text beside `output`.",
    ["unsupported_keys", "allowed_keys", "field", "value", "faults"],
    "Use one of the allowed keys, with a value of its type.",
  ),
  RLLM_004: entry(
    "InputSchemaError",
    "input",
    400,
    "The input does not meet the program's `input_schema`.",
    ["validator", "path", "schema_path", "reason"],
    "Change the input to meet the schema in `expected_schema`.",
  ),
  RLLM_005: entry(
    "OutputSchemaError",
    "answer",
    502,
    "The answer, or what `output` gives, does not meet the program's `output_schema`.",
    ["validator", "path", "schema_path", "reason", "stage"],
    "Say in the prompt what the field must hold, or loosen `output_schema`.",
  ),
  RLLM_006: entry(
    "OutputSchemaError",
    "answer",
    502,
    "The answer holds no JSON.",
    ["reason"],
    "Ask for JSON in the prompt, or use a model that can enforce a schema.",
  ),
  RLLM_007: entry(
    "OutputSchemaError",
    "answer",
    502,
    "The answer is JSON, but not an object.",
    ["actual_type", "reason"],
    "Ask for one JSON object in the prompt.",
  ),
  RLLM_008: entry(
    "DependencyResolutionError",
    "compose",
    422,
    "`uses` or `tools` is malformed, forms a cycle, names what is not there, or maps what " +
      "can never fit, as `output` may.",
    [
      "entry",
      "validator",
      "schema_path",
      "reason",
      "actual_type",
      "faults",
      "cycle",
      "path",
      "near",
      "versions",
      "library",
      "field",
    ],
    "Correct the `uses` entry; `modullm help composition` shows its form.",
  ),
  RLLM_009: entry(
    "PythonBlockExecutionError",
    "block",
    422,
    "A code block failed, or can't be run in a sandbox here.",
    [
      "exception",
      "reason",
      "line",
      "column",
      "source",
      "path",
      "block",
      "level",
      "actual_type",
      "field",
      "required",
      "printed",
    ],
    "Correct the block at the named line.",
  ),
  RLLM_010: entry(
    "OllamaModelMissingError",
    "plan",
    424,
    "The local model is not present on the Ollama server.",
    ["model", "reason"],
    "Run `ollama pull MODEL`, or pass --ollama-auto-pull.",
  ),
  RLLM_011: entry(
    "ExecutionError",
    "model",
    502,
    "The provider's reply is not what was asked for: it has no text, or not the vectors or scores.",
    [
      "actual_type",
      "reason",
      "model",
      "finish_reason",
      "max_tokens",
      "tools",
      "retries",
      "attempts",
    ],
    "Check that the model is a chat model and that nothing filtered its reply.",
  ),
  RLLM_012: entry(
    "ContextWindowExceededError",
    "plan",
    413,
    "The prompt is larger than `max_context_window`.",
    ["estimated_tokens", "max_context_window", "app"],
    "Shorten the input, or raise `max_context_window` if the model's window is larger.",
  ),
  RLLM_013: entry(
    "RetryExhaustedError",
    "answer",
    502,
    "No attempt gave an answer that meets the contract.",
    ["retries", "last_error_code", "path", "reason", "attempts", "finish_reason", "max_tokens"],
    "Make the prompt clearer, raise `retries`, or use a stronger model; `received_payload` " +
      "is the last answer.",
  ),
  RLLM_014: entry(
    "MissingProviderCredentialError",
    "plan",
    401,
    "The provider needs a key that is not set.",
    ["provider", "missing_env_var", "model", "checked_sources"],
    "Set the variable in the environment or in the user's .env file; `modullm help " +
      "credentials` says where.",
  ),
  RLLM_015: entry(
    "RuntimeCompatibilityError",
    "parse",
    422,
    "The program asks for another version of the runtime.",
    ["runtime_version", "required_min", "required_max_exclusive", "faults"],
    "Install a runtime within the bounds, or change `runllm_compat`.",
  ),
  RLLM_016: entry(
    "InputReadError",
    "input",
    400,
    "The input can't be read as an object, or a file that it names can't be read.",
    ["source", "path", "line", "column", "reason"],
    "Pass a JSON object with --input, or a JSON or YAML file with --input-file.",
  ),
  RLLM_017: entry(
    "ProviderError",
    "model",
    502,
    "The provider refused the call or failed.",
    ["provider", "model", "status", "retryable", "attempts", "reason", "tried"],
    "Check the model's name, the key and the provider's status page.",
    { retryable: true },
  ),
  RLLM_018: entry(
    "ConfigError",
    "config",
    500,
    "A configuration file can't be read, or a value in it has the wrong type.",
    ["path", "line", "field", "reason"],
    "Correct the file; `modullm help config` shows its form.",
  ),
  RLLM_019: entry(
    "PluginError",
    "model",
    502,
    "A plugin broke its protocol, crashed or timed out; or it can't be had, or is not as it " +
      "was installed.",
    ["plugin", "reason", "deadline", "log"],
    "Run `modullm plugins test NAME`; `modullm plugins info NAME` shows what it is.",
  ),
  RLLM_020: entry(
    "BudgetExceededError",
    "plan",
    402,
    "The call would pass the budget.",
    ["limit", "kind", "scope", "spent", "would_spend"],
    "Raise the budget, or make the input smaller.",
  ),
  RLLM_021: entry(
    "PolicyDeniedError",
    "plan",
    403,
    "A policy denies the action, or nobody has said yes to a plugin or to the tools of an MCP " +
      "server.",
    ["action", "resource", "rule", "tools"],
    "Ask whoever keeps the policy; for a plugin, see `modullm plugins info NAME`, for a server " +
      "`modullm mcp inspect NAME`.",
  ),
  RLLM_022: entry(
    "CancelledError",
    "internal",
    499,
    "The run was interrupted, or timed out by its caller.",
    ["reason"],
    "Run it again, or raise the time limit.",
    { exit: 130, retryable: true },
  ),
  RLLM_023: entry(
    "RecordingMissError",
    "test",
    404,
    "A test has no recording for the request.",
    ["nearest"],
    "Record the test again.",
  ),
  RLLM_024: entry(
    "ToolLoopError",
    "model",
    422,
    "The model called its tools without end in place of an answer.",
    ["tool", "calls", "turns", "limit", "reason"],
    "Say in the prompt when to stop, or raise `max_turns` or `max_calls`.",
  ),
  RLLM_025: entry(
    "ToolServerError",
    "model",
    502,
    "An MCP server or an API that gives tools can't be reached, wants a login, broke its " +
      "protocol, crashed or timed out.",
    ["server", "reason", "deadline", "status", "log"],
    "Run `modullm mcp inspect NAME`; `modullm mcp list` shows the servers.",
    { retryable: true },
  ),
  RLLM_999: entry(
    "UnknownUnhandledError",
    "internal",
    500,
    "A bug in this runtime.",
    ["exception"],
    "Please report it, with the command and the file that show it.",
  ),
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof CODES;
