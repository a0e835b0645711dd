import { readHeaders } from "./file-providers.ts";
import type { Reader } from "./file-reader.ts";
import { keysIn } from "./keys.ts";

/** What config.yaml says of a host of APIs; `${NAME}` in `auth` not filled in. */
export interface ApiHostEntry {
  readonly auth: Readonly<Record<string, string>>;
  readonly isPrivate: boolean;
}

/** By `name` or `name:port`, in lower case. */
export function readApiHosts(value: unknown, reader: Reader): Map<string, ApiHostEntry> {
  const hosts = new Map<string, ApiHostEntry>();
  for (const [name, entry] of Object.entries(reader.mapping(value, ["openapi"]))) {
    const field = ["openapi", name];
    if (!/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?$/.test(name))
      reader.wrong(
        field,
        "is no host: write its name as in the API's servers, such as api.acme.io",
      );
    const keys = reader.mapping(entry, field, keysIn("openapi.NAME"));
    hosts.set(name.toLowerCase(), {
      auth: readHeaders(keys["auth"], [...field, "auth"], reader),
      isPrivate: reader.flag(keys["private"], [...field, "private"]) ?? false,
    });
  }
  return hosts;
}
