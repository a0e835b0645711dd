import { type Code, CODES, type CodeEntry } from "../../core/codes.ts";

/** Every code with when it arises and what to do. */
export function codeRows(): string {
  return CODE_LIST.map((code) => {
    const { type, when, hint }: CodeEntry = CODES[code];
    return `${code}  ${type}\n    ${when}\n    ${hint}`;
  }).join("\n");
}

/** A code as a topic of its own: `RLLM_013`, in any case. */
export function findCode(topic: string): Code | null {
  return CODE_LIST.find((code) => code === topic.toUpperCase()) ?? null;
}

export function codeText(code: Code): string {
  const { type, when, hint, details, exit, retryable }: CodeEntry = CODES[code];
  return [
    `${code} ${type}`,
    "",
    when,
    hint,
    "",
    `Details: ${details.length === 0 ? "none" : details.join(", ")}`,
    `Exit status: ${exit}`,
    `The same call may succeed later: ${retryable ? "yes" : "no"}`,
    `An example: docs/errors.md#${code}`,
  ].join("\n");
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table's own keys
const CODE_LIST = Object.keys(CODES) as Code[];
