import type { RegistryConfig } from "./npmrc.ts";

export interface PublishOptions {
  readonly registry: RegistryConfig;
  readonly fetch: typeof fetch;
  /** Asked before a host is called. @throws {ModullmError} where it may not be */
  readonly reach: (host: string) => void;
  readonly signal: AbortSignal;
}

export interface Published {
  readonly registry: string;
  readonly integrity: string;
}

/** Why nothing was published: a clause without a full stop. */
export class PublishFault extends Error {}

/**
 * Puts an archive into the registry, as npm does, with the key that `.npmrc` has for it.
 * @param manifest what its package.json says
 * @throws {PublishFault}
 */
export async function publishArchive(
  archive: Uint8Array,
  manifest: Readonly<Record<string, unknown>> & { readonly name: string; readonly version: string },
  { registry: config, fetch, reach, signal }: PublishOptions,
): Promise<Published> {
  const { name, version } = manifest;
  const registry = config.registryOf(name);
  const url = new URL(`${registry}/${name.replace("/", "%2f")}`);
  const authorization = config.authorizationFor(url);
  if (authorization === null)
    throw new PublishFault(`your .npmrc has no key for ${registry}; \`npm login\` makes one`);
  const integrity = `sha512-${digest("sha512", "base64", archive)}`;
  const file = `${name.replace(/^@[^/]*\//, "")}-${version}.tgz`;
  const tarball = `${registry}/${name}/-/${file}`;
  const dist = { integrity, shasum: digest("sha1", "hex", archive), tarball };
  const data = Buffer.from(archive).toString("base64");
  const document = {
    _id: name,
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
    access: null,
    _attachments: {
      [file]: { content_type: "application/octet-stream", data, length: archive.length },
    },
  };
  reach(url.hostname);
  const reply = await fetch(url, {
    method: "PUT",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(document),
    // A key is for the place that it was given for.
    redirect: "error",
    signal,
  }).catch((cause: unknown) => {
    throw new PublishFault(`${registry} can't be reached: ${String(cause)}`, { cause });
  });
  if (reply.ok) return { registry, integrity };
  const said = (await reply.text()).slice(0, 300);
  throw new PublishFault(`${registry} refuses ${name} ${version} with ${reply.status}: ${said}`);
}

function digest(kind: string, form: "base64" | "hex", bytes: Uint8Array): string {
  return process.getBuiltinModule("node:crypto").createHash(kind).update(bytes).digest(form);
}
