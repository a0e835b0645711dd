/**
 * Records a session with the MCP server into docs/mcp.md.
 *   bun scripts/build.ts --binary && bun scripts/docs-mcp.ts
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
export const PAGE = join(root, "docs/mcp.md");

/** What an agent does that has to get key phrases out of a text. */
const CALLS: readonly (readonly [tool: string, given: object])[] = [
  ["list_categories", {}],
  ["search_programs", { query: "find the important terms in a text" }],
  ["inspect_program", { name: "extract_keywords" }],
  ["run_program", { name: "extract_keywords", input: {} }],
  [
    "run_program",
    {
      name: "extract_keywords",
      input: { text: "Solar panels and heat pumps cut heating costs. Heat pumps need power." },
    },
  ],
];
/** Characters of an answer that the page shows. */
const SHOWN = 420;

/** @param command how the program is started */
export async function recordSession(command: readonly string[]): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), "modullm-session-"));
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, XDG_DATA_HOME: home };
  const server = Bun.spawn([...command, "mcp", "--library", join(root, "examples")], {
    cwd: home,
    env,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  const answers = linesOf(server.stdout);
  const lines: string[] = [];
  const ask = async (method: string, params: object): Promise<string> => {
    await server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })}\n`);
    await server.stdin.flush();
    return (await answers.next()).value ?? "";
  };
  await ask("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "agent", version: "1" },
  });
  for (const [name, given] of CALLS) {
    const { result } = JSON.parse(await ask("tools/call", { name, arguments: given })) as {
      result: { content: { text: string }[]; isError?: boolean };
    };
    const text = result.content[0]?.text.replace(/"run":"[^"]+"/, '"run":"…"') ?? "";
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text;
    lines.push(`→ ${name} ${JSON.stringify(given)}`, `← ${result.isError ? "error " : ""}${shown}`);
  }
  await server.stdin.end();
  await server.exited;
  rmSync(home, { recursive: true });
  return lines.join("\n");
}

/** The page with a session between its marks. */
export function withSession(page: string, session: string): string {
  const [before = "", rest = ""] = page.split("<!-- session -->");
  const after = rest.split("<!-- /session -->")[1] ?? "";
  return `${before}<!-- session -->\n\`\`\`text\n${session}\n\`\`\`\n<!-- /session -->${after}`;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
  return text;
}

if (import.meta.main) {
  const page = await Bun.file(PAGE).text();
  await Bun.write(PAGE, withSession(page, await recordSession([join(root, "dist/modullm")])));
}
