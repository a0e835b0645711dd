import { CODES, type CodeEntry } from "../../core/codes.ts";

/** The error table as the help topic shows it. */
export function errorTopic(): string {
  const rows = Object.entries<CodeEntry>(CODES).map(
    ([code, entry]) => `${code}  ${entry.type}\n    ${entry.when}\n    ${entry.hint}`,
  );
  return ["# Errors", "", "An error is one JSON object on stdout, exit 1 (130 when interrupted).", "", ...rows].join(
    "\n",
  );
}
