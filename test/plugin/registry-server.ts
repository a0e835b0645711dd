import { createHash } from "node:crypto";
import { packageTarball } from "./tarball.ts";

/** One version of a package; what a dishonest or broken registry says is set here. */
export interface Release {
  readonly files?: Readonly<Record<string, string>>;
  readonly tarball?: Uint8Array;
  /** @default the tarball's; null: none is told */
  readonly integrity?: string | null;
  /** @default the registry's own */
  readonly url?: string;
  readonly deprecated?: string;
}

export interface RegistryServer {
  readonly url: string;
  readonly env: Record<string, string>;
  /** Every request, with its `authorization`. */
  readonly asked: { path: string; authorization: string | null }[];
  /** By package, then version. */
  readonly packages: Record<string, Record<string, Release>>;
  readonly tags: Record<string, Record<string, string>>;
  /** Answers in the registry's place where it gives something. */
  intercept: (request: Request) => Response | Promise<Response> | null;
  stop(): void;
}

/** A registry as npm's, on this machine. */
export function serveRegistry(packages: RegistryServer["packages"] = {}): RegistryServer {
  const asked: RegistryServer["asked"] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      asked.push({ path: pathname + search, authorization: request.headers.get("authorization") });
      return (await registry.intercept(request)) ?? answer(pathname, registry);
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  const registry: RegistryServer = {
    url,
    env: { npm_config_registry: url },
    asked,
    packages,
    tags: {},
    intercept: () => null,
    stop: () => void server.stop(true),
  };
  return registry;
}

export function integrityOf(bytes: Uint8Array, algorithm = "sha512"): string {
  return `${algorithm}-${createHash(algorithm).update(bytes).digest("base64")}`;
}

function answer(pathname: string, registry: RegistryServer): Response {
  if (pathname === "/-/v1/search") return Response.json({ objects: searchResults(registry) });
  const tarball = /^\/tarballs\/(.+)\/([^/]+)\.tgz$/.exec(pathname);
  if (tarball) {
    const release = registry.packages[decodeURIComponent(tarball[1] ?? "")]?.[tarball[2] ?? ""];
    return release ? new Response(tarballOf(release)) : new Response(null, { status: 404 });
  }
  const name = decodeURIComponent(pathname.slice(1));
  const releases = registry.packages[name];
  if (!releases) return Response.json({ error: "not_found" }, { status: 404 });
  const versions = Object.entries(releases).map(([version, release]) => [
    version,
    versionOf(name, version, release, registry),
  ]);
  const latest = Object.keys(releases).at(-1);
  return Response.json({
    name,
    "dist-tags": { latest, ...registry.tags[name] },
    versions: Object.fromEntries(versions),
  });
}

function versionOf(
  name: string,
  version: string,
  release: Release,
  { url }: RegistryServer,
): object {
  const bytes = tarballOf(release);
  const about = JSON.parse(release.files?.["package.json"] ?? "{}") as object;
  const integrity = release.integrity === undefined ? integrityOf(bytes) : release.integrity;
  return {
    ...about,
    name,
    version,
    ...(release.deprecated === undefined ? {} : { deprecated: release.deprecated }),
    dist: {
      tarball: release.url ?? `${url}/tarballs/${encodeURIComponent(name)}/${version}.tgz`,
      shasum: createHash("sha1").update(bytes).digest("hex"),
      ...(integrity === null ? {} : { integrity }),
    },
  };
}

const made = new WeakMap<Release, Uint8Array>();

function tarballOf(release: Release): Uint8Array {
  const bytes = release.tarball ?? made.get(release) ?? packageTarball(release.files ?? {});
  made.set(release, bytes);
  return bytes;
}

function searchResults({ packages }: RegistryServer): object[] {
  return Object.entries(packages).map(([name, releases]) => ({
    package: {
      name,
      version: Object.keys(releases).at(-1),
      description: "A sample.",
      ...(name.endsWith("-tools") ? { keywords: ["modullm-plugin", "modullm-tools"] } : {}),
    },
  }));
}
