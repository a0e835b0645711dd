export interface Found {
  readonly rung: string;
  readonly value: unknown;
}

/** Complete JSON values in a text: fenced ones first, then top-level ones in prose; later before earlier in each. */
export function* findJson(text: string): Generator<Found> {
  const fences = [...text.matchAll(/^[ \t]*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)^[ \t]*\1[ \t]*$/gm)];
  for (const fence of fences.toReversed()) {
    const value = tryParse(fence[2] ?? "");
    if (value !== undefined) yield { rung: "fence", value };
  }
  for (const span of topLevel(text).toReversed()) {
    const value = tryParse(span);
    if (value !== undefined) yield { rung: "object", value };
  }
}

/** The text without reasoning blocks. An unclosed block hides the rest. */
export function stripReasoning(text: string): string {
  return text
    .replace(/<(think|thinking|reasoning|thought)>[\s\S]*?<\/\1>/gi, "")
    .replace(/^[\s\S]*<\/(think|thinking|reasoning|thought)>/i, "")
    .replace(/<(think|thinking|reasoning|thought)>[\s\S]*$/i, "");
}

/** Balanced spans that open with a brace or a bracket. Strings are known only inside a span. */
function topLevel(text: string): string[] {
  const spans: string[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (depth > 0 && char === '"') inString = true;
    else if (char === "{" || char === "[") {
      if (depth++ === 0) start = at;
    } else if ((char === "}" || char === "]") && depth > 0 && --depth === 0) spans.push(text.slice(start, at + 1));
  }
  return spans;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
