import { judgeClose } from "./follow.ts";
import type { RuleName } from "./rules.ts";
import { edit, type Cursor } from "./scan.ts";
import { holdsStructure } from "./swallowed.ts";
import type { TextNode } from "./tree.ts";

/**
 * `"""`, `'''` and triple backticks: text as it stands, with the indentation they share taken away.
 */
export function readBlock(cursor: Cursor, char: string, editFrom: number): TextNode | null {
  const start = cursor.at;
  if (cursor.text[start + 1] !== char || cursor.text[start + 2] !== char || !"\"'`".includes(char))
    return null;
  const fence = char === "`" ? fenceAt(cursor.text, start) : char.repeat(3);
  const inside = start + fence.length;
  const close = blockEnd(cursor, fence, inside);
  const isOpen = close === null;
  const mayBeOpen = cursor.partial || (char === "`" && cursor.text.indexOf("\n", start) >= 0);
  if (isOpen && !mayBeOpen) return null;
  const stop = close ?? cursor.end;
  cursor.at = isOpen ? cursor.end : stop + fence.length;
  const content = cursor.text.slice(inside, stop);
  const info = char === "`" ? infoLine(content) : "";
  const isGuess = info === null || mayGoOn(content, fence);
  if (isGuess && !cursor.partial && holdsStructure(content)) cursor.failed = true;
  edit(cursor, blockRule(cursor, isOpen, isGuess), start, cursor.at, "");
  const body = content.slice(info?.length ?? 0);
  const text = body.includes("\n") ? dedent(body).trim() : body;
  return {
    kind: "text",
    quoted: true,
    text,
    start,
    end: cursor.at,
    editFrom,
    editTo: cursor.edits.length,
    open: isOpen,
  };
}

function blockRule({ partial }: Cursor, isOpen: boolean, isGuess: boolean): RuleName {
  if (isOpen && !partial) return "truncated";
  return isGuess ? "guessed-quote" : "code-block";
}

/** Where a block ends: at a fence that something follows which can stand behind a value. */
function blockEnd(cursor: Cursor, fence: string, from: number): number | null {
  const place = cursor.stack.at(-1) === "{" ? "value" : "item";
  let close = cursor.text.indexOf(fence, from);
  while (close >= 0 && judgeClose(cursor, close + fence.length, place) === "no")
    close = cursor.text.indexOf(fence, close + 1);
  return close < 0 || close >= cursor.end ? null : close;
}

/** Another fence could have ended the block, or its line ends are escaped. */
function mayGoOn(content: string, fence: string): boolean {
  return content.includes(fence) || (!content.includes("\n") && content.includes("\\n"));
}

function fenceAt(text: string, start: number): string {
  let end = start;
  while (text[end] === "`") end++;
  return text.slice(start, end);
}

/** A file, a range, or an attribute: what an opening line holds beside the language. */
const ATTRIBUTE =
  /^(?:[\w@~-]*[./\\:][\w@./\\:~-]*|[\w-]+=(?:"[^"\n]*"|'[^'\n]*'|\{[^}\n]*\}|\S+)|\{[^}\n]*\}|\[[^\]\n]*\]|\d[\d,-]*)$/;
const LANGUAGE =
  /^(?:bash|c|c#|c\+\+|cpp|cs|csharp|css|csv|diff|docker|dockerfile|elixir|go|golang|graphql|haskell|html|ini|java|javascript|js|json|jsonc|json5|jsx|julia|kotlin|latex|lua|make|makefile|markdown|md|perl|php|plaintext|powershell|proto|ps1|py|python|python3|r|rb|rs|ruby|rust|scala|sh|shell|sql|svg|swift|tex|text|toml|ts|tsx|txt|typescript|vue|xml|yaml|yml|zig|zsh)$/i;
/** Opening lines longer than this are text. */
const MAX_INFO = 200;

/**
 * The opening line of a fenced block, where it only names a language and what is in the block;
 * empty where the block begins at once, null where the line may be text.
 */
function infoLine(content: string): string | null {
  const line = /^[^\n]*(?=\n)/.exec(content.slice(0, MAX_INFO + 1))?.[0];
  if (line === undefined || line.trim() === "") return line ?? "";
  const words = line.trim().match(/[\w-]+="[^"\n]*"|[\w-]+='[^'\n]*'|\{[^}\n]*\}|\S+/g) ?? [];
  const [first = "", ...others] = words;
  if (LANGUAGE.test(first)) return line;
  const isName = /^[\w+#.-]+$/.test(first) || ATTRIBUTE.test(first);
  if (isName && others.every((word) => ATTRIBUTE.test(word))) return line;
  return null;
}

function dedent(text: string): string {
  const lines = text.split("\n");
  let margin = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const indent = line.search(/\S/);
    if (indent >= 0) margin = Math.min(margin, indent);
  }
  if (!Number.isFinite(margin)) margin = 0;
  return lines.map((line) => (line.trim() === "" ? "" : line.slice(margin))).join("\n");
}
