/**
 * Writes docs/errors.md from the table of codes.
 *   bun scripts/docs-errors.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CODES, type Code, type CodeEntry } from "../src/core/codes.ts";
import { errorPayload, ModullmError, type ErrorFacts } from "../src/core/error.ts";

/** One failure of each kind: message and facts as a run would give them. */
export const EXAMPLES: Readonly<
  Record<Code, { readonly message: string; readonly facts: ErrorFacts }>
> = {
  RLLM_001: {
    message: 'Cannot read program "summary.rllm": the frontmatter opened on line 1 is never closed',
    facts: { details: { path: "summary.rllm", line: 1, column: 1 } },
  },
  RLLM_002: {
    message:
      'Cannot read program "summary.rllm": the frontmatter lacks "author" and "output_schema"',
    facts: { details: { path: "summary.rllm", missing_fields: ["author", "output_schema"] } },
  },
  RLLM_003: {
    message:
      'Cannot read program "summary.rllm": "temprature" is no parameter. Did you mean ' +
      '"temperature"?',
    facts: {
      details: {
        unsupported_keys: ["temprature"],
        allowed_keys: ["max_tokens", "temperature", "top_p"],
      },
    },
  },
  RLLM_004: {
    message: 'The input breaks its schema at "limit": 0 is less than the minimum, 1',
    facts: {
      details: {
        validator: "minimum",
        path: ["limit"],
        schema_path: ["properties", "limit", "minimum"],
        reason: "0 is less than the minimum, 1",
      },
      expectedSchema: { type: "object", properties: { limit: { type: "integer", minimum: 1 } } },
      receivedPayload: { limit: 0 },
    },
  },
  RLLM_005: {
    message: 'The answer breaks its schema: "summary" is missing',
    facts: {
      details: {
        validator: "required",
        path: [],
        schema_path: ["required"],
        reason: '"summary" is missing',
      },
      expectedSchema: { type: "object", required: ["summary"] },
      receivedPayload: { text: "A short text." },
    },
  },
  RLLM_006: {
    message: "The answer holds no JSON",
    facts: {
      details: { reason: "the text has no { and no [" },
      receivedPayload: "Sorry, I can't do that.",
    },
  },
  RLLM_007: {
    message: "The answer is a list, and an object is wanted",
    facts: {
      details: { actual_type: "array", reason: "the root is a list" },
      receivedPayload: ["a", "b"],
    },
  },
  RLLM_008: {
    message: "The programs use each other: a.rllm -> b.rllm -> a.rllm",
    facts: { details: { cycle: ["a.rllm", "b.rllm", "a.rllm"] } },
  },
  RLLM_009: {
    message: 'The pre block of "shares" failed at line 16: ZeroDivisionError: division by zero',
    facts: {
      details: {
        exception: "ZeroDivisionError",
        reason: "division by zero",
        line: 16,
        source: 'result = {"share": part / total}',
        path: "shares.rllm",
        block: "pre",
        level: "kernel",
      },
      receivedPayload: { context: { input: { total: 0 }, uses: {} } },
    },
  },
  RLLM_010: {
    message: 'The model "llama3.2" is not on the Ollama server',
    facts: { details: { model: "llama3.2" } },
  },
  RLLM_011: {
    message: "The model gave no answer: the reply of vllm/any has no text",
    facts: {
      details: {
        actual_type: "null",
        reason: "the reply of vllm/any has no text",
        model: "vllm/any",
        finish_reason: "stop",
        retries: 2,
        attempts: 3,
      },
    },
  },
  RLLM_012: {
    message: 'The prompt of "summary" is about 9120 tokens, but max_context_window is 8000',
    facts: { details: { estimated_tokens: 9120, max_context_window: 8000, app: "summary" } },
  },
  RLLM_013: {
    message: 'No answer met the schema in 3 attempts; the last one: "summary" is missing',
    facts: {
      details: {
        retries: 2,
        attempts: 3,
        last_error_code: "RLLM_005",
        path: [],
        reason: '"summary" is missing',
      },
      expectedSchema: { type: "object", required: ["summary"] },
      receivedPayload: { text: "A short text." },
    },
  },
  RLLM_014: {
    message: 'Cannot call "openai/gpt-5-mini": OPENAI_API_KEY is not set',
    facts: {
      details: {
        provider: "openai",
        missing_env_var: "OPENAI_API_KEY",
        model: "openai/gpt-5-mini",
        checked_sources: ["environment", "./.env", "/home/ada/.config/modullm/.env"],
      },
    },
  },
  RLLM_015: {
    message: "The program asks for a runtime of at least 0.3.0, and this is 0.1.0",
    facts: {
      details: { runtime_version: "0.1.0", required_min: "0.3.0", required_max_exclusive: "0.4.0" },
    },
  },
  RLLM_016: {
    message: 'Cannot read input file "article.json": there is no such file',
    facts: {
      details: { source: "--input-file", path: "article.json", reason: "there is no such file" },
    },
  },
  RLLM_017: {
    message: 'Cannot call model "openai/gpt-5-mini": rate limit reached',
    facts: {
      details: {
        provider: "openai",
        model: "openai/gpt-5-mini",
        status: 429,
        retryable: true,
        attempts: 3,
        reason: "rate limit reached",
        tried: [
          {
            model: "anthropic/claude-haiku-4-5",
            attempts: 1,
            reason: "no answer came within 10 s",
            status: null,
          },
          { model: "openai/gpt-5-mini", attempts: 3, reason: "rate limit reached", status: 429 },
        ],
      },
    },
  },
  RLLM_018: {
    message:
      'Cannot read configuration "/home/ada/.config/modullm/config.yaml" (line 2): ' +
      "runtime.default_max_retries must be a whole number of at least 0, but it is a string",
    facts: {
      details: {
        path: "/home/ada/.config/modullm/config.yaml",
        line: 2,
        field: "runtime.default_max_retries",
        reason: "must be a whole number of at least 0, but it is a string",
      },
    },
  },
  RLLM_019: {
    message: 'Cannot use plugin "llamacpp": its process ended with status 1',
    facts: {
      details: {
        plugin: "llamacpp",
        reason: "its process ended with status 1",
        log: ["error: there is no file /models/tiny.gguf"],
      },
    },
  },
  RLLM_020: {
    message:
      "The budget of the whole run allows $0.02: $0.016 is spent, and the next call would " +
      "take $0.012",
    facts: {
      details: {
        limit: { usd: 0.02 },
        kind: "usd",
        spent: { usd: 0.016, tokens: 9000, calls: 3 },
        would_spend: { usd: 0.028, tokens: 15_000, calls: 4 },
        scope: "the whole run",
      },
    },
  },
  RLLM_021: {
    message: 'Cannot start plugin "acme": you have not trusted it yet',
    facts: { details: { action: "plugin.start", resource: "acme", rule: "trusted-plugins-only" } },
  },
  RLLM_022: { message: "The run was interrupted", facts: { details: { reason: "interrupt" } } },
  RLLM_023: {
    message: 'The test "short article" has no recording for its request',
    facts: { details: { nearest: "the recorded prompt differs in its first line" } },
  },
  RLLM_024: {
    message: 'The model called "find_order" 4 times with the same arguments in place of an answer',
    facts: {
      details: {
        tool: "find_order",
        calls: 4,
        turns: 4,
        limit: "repeats",
        reason: "the same call",
      },
    },
  },
  RLLM_025: {
    message: 'Cannot use MCP server "files": its process died of SIGKILL',
    facts: {
      details: { server: "files", reason: "its process died of SIGKILL", log: ["out of memory"] },
      retryable: true,
    },
  },
  RLLM_999: {
    message: "Unexpected failure: x is not a function",
    facts: { details: { exception: "TypeError" } },
  },
};

/** The text of docs/errors.md. */
export function errorsPage(): string {
  const codes = Object.entries(CODES)
    .map(([code]) => code)
    .filter(isCode);
  return `${[INTRODUCTION, ...summary(codes), "", ...codes.flatMap(section)].join("\n").trimEnd()}\n`;
}

const INTRODUCTION = `# Errors

<!-- Written by scripts/docs-errors.ts from src/core/codes.ts. -->

A command that fails prints one JSON object on stdout, a line on stderr, and ends with the exit status below; wrong usage of the command line ends
with 2. At a terminal it prints a text in place of both, unless \`--json\` is given ([who sees what](troubleshooting.md#a-page-of-json-instead-of-a-readable-error)). Every object has the keys \`error_code\`, \`error_type\`, \`message\`, \`details\`, \`expected_schema\`, \`received_payload\`,
\`recovery_hint\` and \`doc_ref\`. Codes, types and the names of details are kept from version to version. Messages and hints may
change: compare codes, never texts. A detail is there where it is known; others may come along, such as \`line\` and \`column\` (from 1)
of what has a place in a file. A failure of a program that another one uses carries \`chain\`: the names and paths that lead to it, outermost first.

*Retryable* says whether the same call may succeed later with nothing changed. *HTTP* is the status a server answers with.
Keys, tokens and passwords are replaced by \`[redacted]\` ([configuration](configuration.md#redaction)).
`;

function isCode(name: string): name is Code {
  return Object.hasOwn(CODES, name);
}

function summary(codes: readonly Code[]): string[] {
  const rows = codes.map((code) => {
    const { type, stage, exit, http, retryable }: CodeEntry = CODES[code];
    return (
      `| [${code}](#${code}) | ${type} | ${stage} | ${exit} | ${http} | ` +
      `${retryable ? "yes" : "no"} |`
    );
  });
  return [
    "| Code | Type | Stage | Exit | HTTP | Retryable |",
    "|---|---|---|---|---|---|",
    ...rows,
  ];
}

function section(code: Code): string[] {
  const { type, when, hint, details }: CodeEntry = CODES[code];
  const { message, facts } = EXAMPLES[code];
  const example = JSON.stringify(errorPayload(new ModullmError(code, message, facts)), null, 2);
  return [
    `<a id="${code}"></a>`,
    `## ${code}: ${type}`,
    "",
    when,
    "",
    `Details: ${details.map((name) => `\`${name}\``).join(", ")}.`,
    "",
    hint,
    "",
    "```json",
    example,
    "```",
    "",
  ];
}

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, "..", "docs", "errors.md"), errorsPage());
