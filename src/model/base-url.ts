import { ModullmError } from "../core/error.ts";
import type { Sourced } from "../config/config.ts";
import type { Protocol, Quirks } from "./quirks.ts";

/** The address of a server as it was set, and the setting's name. */
export interface BaseUrl extends Sourced {
  readonly field: string;
}

/**
 * A user and password in the address become a header: `fetch` refuses such addresses.
 * @throws {ModullmError} RLLM_018 when it is no http or https URL
 */
export function checkedUrl(
  base: BaseUrl,
  quirks: Pick<Quirks, "protocol">,
  headers: Record<string, string>,
): { url: string; headers: Record<string, string> } {
  const text = quirks.protocol === "ollama" ? ollamaAddress(base.value) : base.value;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    const shown = base.value.replace(/\/\/[^/@]*@/, "//***@");
    throw new ModullmError(
      "RLLM_018",
      `Cannot use ${base.field} "${shown}": it is not an http or https URL`,
      {
        details: { path: base.source, field: base.field, reason: "not an http or https URL" },
        hint: `Write it with its scheme: ${base.field}=http://127.0.0.1:8000/v1`,
      },
    );
  }
  if (url.username !== "" || url.password !== "") {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers["authorization"] ??= `Basic ${Buffer.from(user).toString("base64")}`;
    url.username = "";
    url.password = "";
  }
  url.pathname = url.pathname.replace(/\/+$/, "").replace(CALLS[quirks.protocol], "");
  const path = url.pathname === "/" ? "" : url.pathname;
  return { url: `${url.origin}${path}${url.search}`, headers };
}

/** Ends of addresses of calls, which many set in place of the base URL. */
const CHAT = /\/(chat\/completions|completions|responses)$/;
const CALLS: Readonly<Record<Protocol, RegExp>> = {
  openai: CHAT,
  azure: CHAT,
  responses: CHAT,
  anthropic: /\/messages$/,
  gemini: /\/models(\/[^/]+:(streamG|g)enerateContent)?$/,
  ollama: /\/api\/(chat|generate|tags)$/,
  bedrock: /\/model\/[^/]+\/converse(-stream)?$/,
};

/**
 * OLLAMA_HOST is also the address a server listens on: no scheme, no port or 0.0.0.0 are usual
 * there.
 */
function ollamaAddress(value: string): string {
  const full = value.includes("://")
    ? value
    : `http://${value.startsWith(":") ? `127.0.0.1${value}` : value}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  if (url === null) return value;
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.port === "" && !value.includes("://")) url.port = "11434";
  // Its OpenAI-compatible address, which many set for other programs; Ollama's own protocol lies
  // beside it.
  url.pathname = url.pathname.replace(/\/(v1|api)\/?$/, "/");
  return url.toString();
}
