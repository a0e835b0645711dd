import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** Where a package comes from, as it is written into the lock. */
export type PackageSource =
  | {
      readonly kind: "npm";
      readonly package: string;
      /** A version or a tag. */ readonly wanted: string;
    }
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "tarball"; /** An absolute path or a URL. */ readonly from: string }
  | {
      readonly kind: "git";
      readonly url: string;
      /** A branch or tag; null: what the server offers. */ readonly ref: string | null;
    };

/** Why words name no source: a clause without a full stop. */
export class SourceFault extends Error {}

const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]{0,100}\/)?[a-z0-9~-][a-z0-9._~-]{0,200}$/;
const VERSION_OR_TAG = /^[A-Za-z0-9][A-Za-z0-9.+_-]{0,100}$/;
const REF = /^[A-Za-z0-9][A-Za-z0-9._/+-]{0,200}$/;

/**
 * Reads what a user wrote: a folder or `.tgz` (`./x`, an absolute path, or one that exists), an
 * address of one over https, a git URL (`git+https://…`, `git@host:…`, `https://….git`, with
 * `#branch`), or a package of npm (`name`, `name@1.2.0`, `name@next`).
 * @throws {SourceFault}
 */
export function readSource(written: string, cwd: string): PackageSource {
  const text = written.trim();
  if (text === "") throw new SourceFault("it is blank");
  // oxlint-disable-next-line no-control-regex -- that is what it looks for
  if (text.startsWith("-") || /[\u0000-\u001F]/.test(text))
    throw new SourceFault("it is no package, folder, archive or URL");
  if (isGit(text)) return gitSource(text);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return urlSource(text);
  const path = resolve(cwd, text);
  const looksLikePath =
    /^\.{1,2}(?:[/\\]|$)/.test(text) || resolve(text) === text || /[/\\]$/.test(text);
  if (/\.(?:tgz|tar\.gz)$/i.test(text)) return { kind: "tarball", from: path };
  if (looksLikePath) return { kind: "folder", path };
  const at = text.lastIndexOf("@");
  const name = at > 0 ? text.slice(0, at) : text;
  const wanted = at > 0 ? text.slice(at + 1) : "latest";
  if (!PACKAGE.test(name)) {
    if (existsSync(path)) return { kind: "folder", path };
    throw new SourceFault("it is neither the name of a package nor a folder that exists");
  }
  if (!VERSION_OR_TAG.test(wanted))
    throw new SourceFault(
      `"${wanted}" is neither a version such as 1.2.0 nor a tag such as latest; ranges are ` +
        "not taken",
    );
  return { kind: "npm", package: name, wanted };
}

/** A source in one line, for people. */
export function describeSource(source: PackageSource): string {
  if (source.kind === "npm") return `${source.package}@${source.wanted} of npm`;
  if (source.kind === "folder") return `folder ${source.path}`;
  if (source.kind === "tarball") return `archive ${source.from}`;
  return `git ${source.url}${source.ref === null ? "" : `#${source.ref}`}`;
}

function isGit(text: string): boolean {
  return (
    /^git(?:\+[a-z]+)?:/i.test(text) ||
    /^git@[^:/]+:/.test(text) ||
    /^(?:https|ssh|file):\/\/[^#]+\.git(?:#|$)/i.test(text)
  );
}

/** `https`, `ssh` and `file` only: git's `ext::` and the like run commands. */
function gitSource(text: string): PackageSource {
  const [address = "", ref = null] = text.split("#", 2);
  const url = address.replace(/^git\+/i, "");
  if (
    !/^(?:https|ssh|file):\/\/[^-]/i.test(url) &&
    !/^git@[A-Za-z0-9][A-Za-z0-9.-]*:[^-]/.test(url)
  )
    throw new SourceFault("git is asked over https, ssh or file only");
  if (/[\s'"\\]/.test(url)) throw new SourceFault("the address has a blank or a quote in it");
  if (ref !== null && (!REF.test(ref) || ref.includes("..")))
    throw new SourceFault(`"${ref}" is no branch or tag`);
  return { kind: "git", url, ref };
}

function urlSource(text: string): PackageSource {
  const url = URL.parse(text);
  const local = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url === null || (url.protocol !== "https:" && !(url.protocol === "http:" && local)))
    throw new SourceFault("archives are fetched over https only");
  if (url.username !== "" || url.password !== "")
    throw new SourceFault("the address has a user or a password, which is not sent");
  if (!/\.(?:tgz|tar\.gz)$/i.test(url.pathname))
    throw new SourceFault(
      "the address is of no .tgz; a git repository is written as git+https://…",
    );
  return { kind: "tarball", from: url.href };
}
