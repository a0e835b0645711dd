import { expect, test } from "bun:test";
import { CODES } from "../../src/core/codes.ts";

/**
 * What callers rely on, written out: code, type, details. A code may be added, and a detail;
 * nothing here may be renamed, and nothing taken away.
 */
const PINNED: Readonly<Record<string, readonly [type: string, details: string]>> = {
  RLLM_001: ["ParseError", "path line column yaml_error actual_type faults"],
  RLLM_002: [
    "MetadataValidationError",
    "missing_fields field value actual_type schema_path path media_type models faults",
  ],
  RLLM_003: ["LLMParamValidationError", "unsupported_keys allowed_keys field value faults"],
  RLLM_004: ["InputSchemaError", "validator path schema_path reason"],
  RLLM_005: ["OutputSchemaError", "validator path schema_path reason stage"],
  RLLM_006: ["OutputSchemaError", "reason"],
  RLLM_007: ["OutputSchemaError", "actual_type reason"],
  RLLM_008: [
    "DependencyResolutionError",
    "entry validator schema_path reason actual_type faults cycle path near versions library field",
  ],
  RLLM_009: [
    "PythonBlockExecutionError",
    "exception reason line column source path block level actual_type field required printed",
  ],
  RLLM_010: ["OllamaModelMissingError", "model reason"],
  RLLM_011: [
    "ExecutionError",
    "actual_type reason model finish_reason max_tokens tools retries attempts",
  ],
  RLLM_012: ["ContextWindowExceededError", "estimated_tokens max_context_window app"],
  RLLM_013: [
    "RetryExhaustedError",
    "retries last_error_code path reason attempts finish_reason max_tokens",
  ],
  RLLM_014: ["MissingProviderCredentialError", "provider missing_env_var model checked_sources"],
  RLLM_015: [
    "RuntimeCompatibilityError",
    "runtime_version required_min required_max_exclusive faults",
  ],
  RLLM_016: ["InputReadError", "source path line column reason"],
  RLLM_017: ["ProviderError", "provider model status retryable attempts reason tried"],
  RLLM_018: ["ConfigError", "path line field reason"],
  RLLM_019: ["PluginError", "plugin reason deadline log"],
  RLLM_020: ["BudgetExceededError", "limit kind scope spent would_spend"],
  RLLM_021: ["PolicyDeniedError", "action resource rule tools"],
  RLLM_022: ["CancelledError", "reason"],
  RLLM_023: ["RecordingMissError", "nearest"],
  RLLM_024: ["ToolLoopError", "tool calls turns limit reason"],
  RLLM_025: ["ToolServerError", "server reason deadline status log"],
  RLLM_999: ["UnknownUnhandledError", "exception"],
};

test("codes, types and details are what they were", () => {
  const now = Object.entries(CODES).map(([code, { type, details }]) => [
    code,
    [type, details.join(" ")],
  ]);
  expect(Object.fromEntries(now)).toEqual(PINNED);
});

test("every failure ends with a status that is neither success nor wrong usage", () => {
  for (const [code, entry] of Object.entries(CODES)) {
    expect([code, entry.exit]).toEqual([code, code === "RLLM_022" ? 130 : 1]);
    expect(entry.http).toBeGreaterThanOrEqual(400);
  }
});
