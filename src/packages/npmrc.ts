import { homedir } from "node:os";
import { join } from "node:path";
import { readConfigText } from "../config/text.ts";

/** Which registry is asked for which package, and with what key. */
export interface RegistryConfig {
  /** The registry of a package, without a slash at its end. @param name `@scope/name` or `name` */
  registryOf(name: string): string;
  /** The `authorization` header for a URL; null where there is no key for it. */
  authorizationFor(url: URL): string | null;
  /** What the user should know. */
  readonly warnings: readonly string[];
}

export interface RegistryConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether `./.npmrc` counts: who wrote it says where code comes from. */
  readonly folderTrusted: boolean;
}

const NPM = "https://registry.npmjs.org";

/**
 * Reads what npm reads: `npm_config_registry`, `./.npmrc` in a trusted folder, the user's `.npmrc`.
 * Keys are taken from the user's file only, and sent to the host and path that they are for.
 */
export function readRegistryConfig({
  env,
  cwd,
  folderTrusted,
}: RegistryConfigOptions): RegistryConfig {
  const warnings: string[] = [];
  const userFile =
    variable(env, "npm_config_userconfig") ??
    join(env["HOME"] ?? env["USERPROFILE"] ?? homedir(), ".npmrc");
  const user = readFile(userFile, env, warnings);
  // Without the environment: a stranger's file could send a variable to an address of its choice.
  const project =
    cwd === join(userFile, "..")
      ? new Map<string, string>()
      : readFile(join(cwd, ".npmrc"), {}, warnings);
  const named = [...project.keys()].some((key) => key === "registry" || key.endsWith(":registry"));
  if (named && !folderTrusted)
    warnings.push(
      "./.npmrc names a registry, which is not asked: run `modullm trust` if this folder may " +
        "say where code comes from",
    );
  const own = folderTrusted ? project : new Map<string, string>();
  const setting = (key: string): string | null =>
    [own.get(key), user.get(key)].find((value) => value !== undefined && value !== "") ?? null;
  const general = variable(env, "npm_config_registry") ?? setting("registry") ?? NPM;
  return {
    warnings,
    registryOf(name) {
      const scope = name.startsWith("@") ? name.slice(0, name.indexOf("/")) : null;
      const url = (scope === null ? null : setting(`${scope}:registry`)) ?? general;
      return url.replace(/\/+$/, "");
    },
    authorizationFor: (url) => authorizationFor(url, user),
  };
}

/**
 * The key whose place is nearest to the URL, as npm looks for it: `//host/path/:_authToken`. Never
 * over a connection that others can read.
 */
function authorizationFor(url: URL, settings: ReadonlyMap<string, string>): string | null {
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !local) return null;
  for (let path = url.pathname; ; path = path.slice(0, path.slice(0, -1).lastIndexOf("/") + 1)) {
    if (path.endsWith("/")) {
      const place = `//${url.host}${path}`;
      const token =
        settings.get(`${place}:_authToken`) ??
        settings.get(`${place.slice(0, -1)}:_authToken`) ??
        "";
      if (token !== "") return `Bearer ${token}`;
      const basic = settings.get(`${place}:_auth`) ?? "";
      if (basic !== "") return `Basic ${basic}`;
    }
    if (path === "/" || path === "") return null;
  }
}

function readFile(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  warnings: string[],
): ReadonlyMap<string, string> {
  const read = readConfigText(file);
  const settings = new Map<string, string>();
  if (read.kind === "unreadable") warnings.push(`Ignored "${file}": ${read.reason}`);
  if (read.kind !== "text") return settings;
  for (const line of read.text.split(/\r?\n/)) {
    const found = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (!found) continue;
    const [, key = "", written = ""] = found;
    const value = written
      .replace(/^(["'])(.*)\1$/, "$2")
      .replace(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole);
    // A variable that is not set leaves no key and no address, but the line was there.
    settings.set(key, value.includes("${") ? "" : value);
  }
  return settings;
}

/** npm takes its variables in either case. */
function variable(env: Readonly<Record<string, string | undefined>>, name: string): string | null {
  const value = (env[name] ?? env[name.toUpperCase()] ?? "").trim();
  return value === "" ? null : value;
}
