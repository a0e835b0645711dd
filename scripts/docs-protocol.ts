/**
 * Writes the parts of docs/plugin-protocol.md that are the code's: limits, errors, and the schema
 * of every message.
 *   bun scripts/docs-protocol.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ERRORS, PROTOCOL_VERSION } from "../plugins/sdk/protocol.ts";
import { HOST_DEADLINES, LIMITS, REQUEST_DEADLINES } from "../src/plugin/limits.ts";
import { ERROR, NOTIFICATIONS, PARAMS, RESULTS } from "../src/plugin/schemas.ts";

const PAGE = join(import.meta.dir, "../docs/plugin-protocol.md");
const MIB = 1024 * 1024;
/** Characters of a line of JSON. */
const WIDTH = 120;

const MEANINGS: Readonly<Record<keyof typeof ERRORS, readonly [when: string, becomes: string]>> = {
  cancelled: [
    "the request was cancelled by the host",
    "nobody waits for it; sent unasked it is `RLLM_019`",
  ],
  model_not_found: ["there is no such model; `data: {model}`", "`RLLM_010`"],
  unauthorized: [
    "a key or setting is missing or refused",
    "`RLLM_014`, which names the manifest's first variable",
  ],
  unavailable: [
    "what stands behind the plugin failed, but may not next time; `data: {status?, " +
      "retry_after_ms?}`",
    "`RLLM_017`, tried again",
  ],
  refused: [
    "what stands behind the plugin refused, and would again; `data: {status?, provider_code?}`",
    "`RLLM_017`, not tried again",
  ],
  tool_not_found: ["there is no such tool; `data: {tool}`", "`RLLM_019`"],
};

/** The page with its generated parts as the code has them now. */
export function withGenerated(page: string): string {
  const parts = { limits: limits(), errors: errors(), messages: messages() };
  return Object.entries(parts).reduce((text, [name, part]) => {
    const place = new RegExp(`(<!-- ${name}: [^>]*-->\n)[^]*?(<!-- end of ${name} -->)`);
    if (!place.test(text)) throw new Error(`docs/plugin-protocol.md has no place for ${name}`);
    return text.replace(place, (_, start: string, end: string) => `${start}\n${part}\n\n${end}`);
  }, page);
}

function limits(): string {
  const rows = [
    ["a line of the plugin", `${LIMITS.pluginLine / MIB} MiB`, "the process is ended"],
    ["a line of the host", `${LIMITS.hostLine / MIB} MiB`, "the request is not sent"],
    ["all lines that answer one request", `${LIMITS.answer / MIB} MiB`, "the request fails"],
    ["the same for `models/pull`", `${LIMITS.pull / MIB} MiB`, "the request fails"],
    ["requests that the plugin has at once", String(LIMITS.open), "others wait for their turn"],
    ["requests that wait", String(LIMITS.waiting), "the request fails"],
    ["log that is kept", `${LIMITS.log / MIB} MiB`, "the first of it is dropped"],
    ["memory, where the system tells it", "¾ of the machine's", "the process is ended"],
    [
      "from the start to the result of `initialize`",
      time(HOST_DEADLINES.start),
      "the process is ended",
    ],
    ["from `cancel` to the answer", time(HOST_DEADLINES.cancel), "the process is ended"],
    [
      "from `shutdown` to its result, and again to the exit",
      time(HOST_DEADLINES.shutdown),
      "SIGTERM",
    ],
    ["from SIGTERM to the exit", time(HOST_DEADLINES.term), "SIGKILL"],
    [
      "lives that end badly",
      `${LIMITS.failures} in ${time(LIMITS.failuresMs)}`,
      "it is not started again before these are over",
    ],
  ];
  const table = rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
  const times = Object.entries(REQUEST_DEADLINES).map(
    ([method, { total, first, gap }]) =>
      `| \`${method}\` | ${time(first)} | ${time(gap)} | ${time(total)} |`,
  );
  return `| What | Limit | Beyond it |
|---|---|---|
${table}

| Request | To the first sign of life | Between two | In all |
|---|---|---|---|
${times.join("\n")}`;
}

function time(milliseconds: number | null): string {
  return milliseconds === null ? "–" : `${milliseconds / 1000} s`;
}

function errors(): string {
  const rows = Object.entries(ERRORS).map(([name, code]) => {
    const [when, becomes] = MEANINGS[name as keyof typeof ERRORS];
    return `| ${code} | \`${name}\` | ${when} | ${becomes} |`;
  });
  return `| Code | Name | When | What the user gets |
|---|---|---|---|
${rows.join("\n")}`;
}

function messages(): string {
  const methods = Object.keys(PARAMS) as (keyof typeof PARAMS)[];
  return [
    `\`protocol_version\` is ${PROTOCOL_VERSION}. What a schema does not name is allowed, ` +
      "and ignored.",
    ...methods.map((method) =>
      section(method, { params: PARAMS[method], result: RESULTS[method] }),
    ),
    ...Object.entries(NOTIFICATIONS).map(([method, params]) =>
      section(`${method} (notification)`, { params }),
    ),
    section("error (of any answer)", { error: ERROR }),
  ].join("\n\n");
}

function section(title: string, schemas: Readonly<Record<string, unknown>>): string {
  return `### ${title}\n\n\`\`\`json\n${laidOut(schemas, 0, true)}\n\`\`\``;
}

/** JSON with everything on one line that fits there. */
function laidOut(value: unknown, depth: number, open = false): string {
  const line = spaced(value);
  if (!open && line.length + 2 * depth <= WIDTH) return line;
  if (typeof value !== "object" || value === null) return line;
  const inner = "  ".repeat(depth + 1);
  const [first, last] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const entries = Array.isArray(value)
    ? value.map((item) => inner + laidOut(item, depth + 1))
    : Object.entries(value).map(
        ([key, item]) => `${inner}${JSON.stringify(key)}: ${laidOut(item, depth + 1)}`,
      );
  return `${first}\n${entries.join(",\n")}\n${"  ".repeat(depth)}${last}`;
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

if (import.meta.main) writeFileSync(PAGE, withGenerated(readFileSync(PAGE, "utf8")));
