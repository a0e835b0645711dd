import type { RunEvent, RunListener } from "../../core/events.ts";
import { type Output, paint } from "../output.ts";
import { visible } from "../../core/visible.ts";

/** Prints a run's events as they happen, one line each, children indented. */
export function createVerbose(output: Output): RunListener {
  const depths = new Map<string, number>();
  let first: number | null = null;
  return (event) => {
    first ??= event.at;
    if (event.type === "run-start")
      depths.set(event.run, event.parent === null ? 0 : (depths.get(event.parent) ?? 0) + 1);
    const text = eventText(event);
    if (text === null) return;
    const time = paint(output.color, 2, `${String(event.at - first).padStart(6)} ms`);
    // Lines of what is quoted stand below the first, so that they don't pass for events.
    const lines = visible(text).replaceAll("\n", `\n${" ".repeat(10)}| `);
    output.note(`${time} ${"  ".repeat(depths.get(event.run) ?? 0)}${lines}`);
  };
}

/** One event in words; null for those that `--stream` shows. */
function eventText(event: RunEvent): string | null {
  switch (event.type) {
    case "run-start":
      return (
        `run ${event.name} ${event.version} ` +
        (event.model === null ? "without a model" : `on ${event.model}`)
      );
    case "stage-start":
      return null;
    case "stage-end":
      return `stage ${event.stage} ${event.ms.toFixed(1)} ms`;
    case "attempt-start":
      return `attempt ${event.attempt} on ${event.model}`;
    case "model-delta":
    case "value":
    case "request":
    case "answer":
    case "tool":
      return null;
    case "tool-start":
      return `tool ${event.tool} (${event.origin})`;
    case "tool-end": {
      const how = ended(event.ok, `failed (${event.reason})`, event.ms);
      return `tool ${event.tool} ${how}, ${event.characters} characters`;
    }
    case "attempt-end": {
      const how = ended(event.ok, `failed with ${event.error} (${event.reason})`, event.latency_ms);
      return `attempt ${event.attempt} ${how}${usageText(event)}`;
    }
    case "block-end": {
      const how = ended(event.ok, "failed", event.ms, ` at level ${event.level}`);
      return `${event.block} block ${how}${printedText(event)}`;
    }
    case "note":
      return `${event.kind}: ${event.message}`;
    case "run-end": {
      const { error } = event;
      const failed = `failed with ${error?.error_code}: ${error?.message}`;
      return `run ${event.ok ? "ok" : failed} in ${event.ms.toFixed(1)} ms`;
    }
  }
}

function ended(ok: boolean, failed: string, ms: number, where = ""): string {
  return `${ok ? "ok" : failed}${where} in ${ms.toFixed(0)} ms`;
}

function printedText({
  printed,
  printed_dropped: dropped,
}: Extract<RunEvent, { type: "block-end" }>): string {
  if (printed === "") return "";
  return `, printed: ${printed.trimEnd()}${dropped > 0 ? ` (${dropped} bytes more)` : ""}`;
}

function usageText({
  usage,
  cost_usd: cost,
  edits,
}: Extract<RunEvent, { type: "attempt-end" }>): string {
  const parts: string[] = [];
  if (usage)
    parts.push(
      `${usage.estimated ? "about " : ""}${usage.prompt_tokens} + ${usage.completion_tokens} ` +
        "tokens",
    );
  if (cost !== null) parts.push(`$${cost.toFixed(6)}`);
  if (edits.length > 0) parts.push(`repaired: ${[...new Set(edits)].join(", ")}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
