import type { Field, Reader } from "./file-reader.ts";
import { keysIn } from "./keys.ts";

/** A server as config.yaml describes it. Header values are as written, `${NAME}` not filled in. */
export interface ProviderEntry {
  readonly type: string;
  readonly baseUrl: string | null;
  readonly apiKeyEnv: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly models: readonly string[];
}

export function readProviders(value: unknown, reader: Reader): Map<string, ProviderEntry> {
  const providers = new Map<string, ProviderEntry>();
  for (const [name, entry] of Object.entries(reader.mapping(value, ["providers"]))) {
    const field = ["providers", name];
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
      reader.wrong(field, "is no provider name: letters, digits, `.`, `_` and `-` make one");
    }
    const keys = reader.mapping(entry, field, keysIn("providers.NAME"));
    providers.set(name, {
      type: reader.text(keys["type"], [...field, "type"]) ?? "openai",
      baseUrl: reader.url(keys["base_url"], [...field, "base_url"]),
      apiKeyEnv: readVariable(keys["api_key_env"], [...field, "api_key_env"], reader),
      headers: readHeaders(keys["headers"], [...field, "headers"], reader),
      models: reader.names(keys["models"], [...field, "models"]),
    });
  }
  return providers;
}

/**
 * The reason never quotes the value: a key pasted in the place of a variable's name is a common
 * slip.
 */
export function readVariable(value: unknown, field: Field, reader: Reader): string | null {
  const name = reader.text(value, field);
  if (name === null || /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  return reader.wrong(field, "must be the name of an environment variable, not the key itself");
}

export function readHeaders(value: unknown, field: Field, reader: Reader): Record<string, string> {
  const headers: [string, string][] = [];
  for (const [name, entry] of Object.entries(reader.mapping(value, field))) {
    const at = [...field, name];
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) reader.wrong(at, "is no header name");
    const text = reader.text(
      typeof entry === "number" || typeof entry === "boolean" ? String(entry) : entry,
      at,
    );
    // fetch rejects header values beyond Latin-1; a line break would start another header.
    if (text !== null && !/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
      reader.wrong(at, "holds a character no header may hold");
    if (text !== null) headers.push([name, text]);
  }
  return Object.fromEntries(headers);
}
