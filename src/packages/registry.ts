import { isObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import { FetchFault, type FetchOptions, fetchText } from "./download.ts";
import type { RegistryConfig } from "./npmrc.ts";

export interface RegistryOptions {
  readonly config: RegistryConfig;
  readonly fetch: typeof fetch;
  /** Asked before a host is called. @throws {ModullmError} where it may not be */
  readonly reach: (host: string) => void;
  readonly signal: AbortSignal;
}

/** One version of a package in a registry. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
  readonly tarball: string;
  /** Subresource Integrity: `sha512-…`. */
  readonly integrity: string;
  /** What its makers say about its use; null where they are content. */
  readonly deprecated: string | null;
}

/** A package that a search found. */
export interface FoundPackage {
  readonly package: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
}

/** Bytes of a reply of the registry. */
const MOST_REPLY = 64 * 1024 ** 2;

/**
 * Asks a registry for a version.
 * @param wanted a version, or a tag such as `latest`
 * @throws {FetchFault}
 */
export async function findVersion(
  name: string,
  wanted: string,
  options: RegistryOptions,
): Promise<PackageVersion> {
  const registry = options.config.registryOf(name);
  const accept = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8";
  const url = `${registry}/${name.replace("/", "%2f")}`;
  const packument = await ask(url, { ...fetchOptions(options), accept }).catch(
    (thrown: unknown) => {
      if (!(thrown instanceof FetchFault) || thrown.status !== 404) throw thrown;
      throw new FetchFault(`${registry} has no package "${name}"`, { status: 404, cause: thrown });
    },
  );
  const versions = isObject(packument["versions"]) ? packument["versions"] : {};
  const tags = isObject(packument["dist-tags"]) ? packument["dist-tags"] : {};
  const version = Object.hasOwn(tags, wanted) ? String(tags[wanted]) : wanted;
  const found = Object.hasOwn(versions, version) ? versions[version] : undefined;
  if (!isObject(found) || !isObject(found["dist"])) {
    const known = [...Object.keys(tags), ...Object.keys(versions)];
    const shown = known.slice(0, 10).join(", ") || "none";
    throw new FetchFault(
      (
        `${registry} has no version "${wanted}" of ${name} (it has ` +
        `${shown})${didYouMean(wanted, known)}`
      ).replace(/\?$/, ""),
    );
  }
  const { tarball, integrity } = found["dist"];
  if (typeof tarball !== "string")
    throw new FetchFault(`${registry} does not say where ${name} ${version} is`);
  if (typeof integrity !== "string")
    throw new FetchFault(
      `${registry} has no digest of ${name} ${version} that is strong enough (dist.integrity)`,
    );
  if (registry.startsWith("https:") && !tarball.startsWith("https:"))
    throw new FetchFault(`${registry} sends on to ${tarball.slice(0, 200)}, which is not https`);
  const deprecated = found["deprecated"];
  return {
    name,
    version,
    tarball,
    integrity,
    deprecated: typeof deprecated === "string" ? deprecated : null,
  };
}

/** Packages with a keyword, the likeliest first. @throws {FetchFault} */
export async function searchPackages(
  words: string,
  keyword: string,
  options: RegistryOptions,
): Promise<readonly FoundPackage[]> {
  const text = `keywords:${keyword} ${words}`.trim();
  const url = `${options.config.registryOf(keyword)}/-/v1/search?text=${encodeURIComponent(text)}&size=50`;
  const reply = await ask(url, fetchOptions(options));
  const found = Array.isArray(reply["objects"]) ? (reply["objects"] as unknown[]) : [];
  return found.flatMap((entry) => {
    const about = isObject(entry) ? entry["package"] : null;
    if (
      !isObject(about) ||
      typeof about["name"] !== "string" ||
      typeof about["version"] !== "string"
    )
      return [];
    const { name, version, description, keywords } = about;
    const marks = Array.isArray(keywords) ? (keywords as readonly unknown[]) : [];
    return [
      {
        package: name,
        version,
        description: typeof description === "string" ? description.slice(0, 500) : "",
        keywords: marks.filter((word) => typeof word === "string").slice(0, 50),
      },
    ];
  });
}

function fetchOptions({ config, fetch, reach, signal }: RegistryOptions): FetchOptions {
  return {
    fetch,
    reach,
    signal,
    most: MOST_REPLY,
    authorization: (url) => config.authorizationFor(url),
  };
}

async function ask(url: string, options: FetchOptions): Promise<Record<string, unknown>> {
  const text = await fetchText(url, { accept: "application/json", ...options });
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new FetchFault(`${url} answers with something else than a JSON object`);
}
