import type { Manifest } from "../../plugins/sdk/protocol.ts";
import type { Paths } from "../config/paths.ts";
import { forget, putInPlace } from "../packages/installed-files.ts";
import { lockedFolder, lockedPackage, type LockedPackage } from "../packages/lock.ts";
import { describeSource } from "../packages/source.ts";
import type { Tree } from "../packages/tree.ts";
import { trustedPackages, trustPackage } from "../packages/trust.ts";
import { describePlugin } from "./about.ts";
import { type LoadedManifest, readManifest } from "./manifest.ts";
import { notTrusted, refusal } from "./refusal.ts";
import { PLUGINS } from "./shelf.ts";
import { breaksSince, type ToolBreak } from "./tool-changes.ts";

export interface AcceptOptions {
  readonly paths: Paths;
  readonly signal: AbortSignal;
  /** Asks the user for a yes; null where nobody can be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | null;
  /** Whether the yes was given beforehand. */
  readonly yes: boolean;
  readonly warn: (message: string) => void;
}

export interface Installed extends LockedPackage {
  readonly name: string;
  readonly folder: string;
  readonly trusted: boolean;
  /** The version that was there before; null where there was none. */
  readonly previous: string | null;
  /** Whether any file differs from what was there before. */
  readonly changed: boolean;
  /** Tools after whose change programs may fail, without a new major version. */
  readonly breaks: readonly ToolBreak[];
}

/** What came, checked; nothing of it is in its place yet. */
export interface Arrived {
  readonly action: string;
  /** What the user wrote. */
  readonly written: string;
  readonly loaded: LoadedManifest;
  readonly tree: Tree;
  readonly locked: LockedPackage;
}

/** Asks for a yes where one is needed, and puts the plugin into its place. */
export async function accept(arrived: Arrived, options: AcceptOptions): Promise<Installed> {
  const { action, loaded, tree, locked } = arrived;
  const { paths, signal, warn } = options;
  const { name } = loaded.manifest;
  const target = lockedFolder(PLUGINS, paths, name, tree.sha256);
  const present = await presentOne(name, loaded.manifest, paths);
  const { old, before, breaks } = present;
  if (action === "update") refuseBreaks(breaks, loaded.manifest);
  const trusted = await hasConsent(arrived, { ...present, target }, options);
  const place = { shelf: PLUGINS, tree, name, locked, paths, signal };
  await putInPlace(loaded.folder, target, place);
  if (trusted) await trustPackage(PLUGINS, paths, { name, folder: target, sha256: tree.sha256 });
  if (old !== null && old !== target) await forget(PLUGINS, paths, old);
  for (const { tool, reason } of breaks) warn(`The tool "${tool}" of "${name}" ${reason}`);
  const changed = before?.sha256 !== tree.sha256;
  const previous = before?.version ?? null;
  return { ...locked, name, folder: target, trusted, previous, changed, breaks };
}

/** The plugin of this name that is installed already. */
interface Present {
  readonly before: LockedPackage | null;
  /** Its folder. */
  readonly old: string | null;
  /** Its manifest, where it can still be read. */
  readonly was: Manifest | null;
  readonly breaks: readonly ToolBreak[];
}

async function presentOne(name: string, manifest: Manifest, paths: Paths): Promise<Present> {
  const before = lockedPackage(PLUGINS, paths, name);
  if (before === null) return { before, old: null, was: null, breaks: [] };
  const old = lockedFolder(PLUGINS, paths, name, before.sha256);
  const was = await readManifest(old).then(
    (loaded) => loaded.manifest,
    () => null,
  );
  return { before, old, was, breaks: breaksSince(before, was, manifest) };
}

/**
 * Whether somebody said yes to these files. @throws {ModullmError} RLLM_021 where they said no, or
 * a plugin that is trusted would be replaced by one that is not
 */
async function hasConsent(
  { action, written, loaded, tree, locked }: Arrived,
  { before, old, was, breaks, target }: Present & { readonly target: string },
  { paths, ask, yes, signal }: AcceptOptions,
): Promise<boolean> {
  const { manifest } = loaded;
  const { name } = manifest;
  const trusts = trustedPackages(PLUGINS, paths);
  if (yes || trusts.some(({ folder, sha256 }) => folder === target && sha256 === tree.sha256))
    return true;
  if (ask === null) {
    if (!trusts.some(({ folder }) => folder === old)) return false;
    throw notTrusted(action, name, {
      reason: "its files differ from those that you have trusted, and nobody can be asked here",
      hint: `Say yes with \`modullm plugins ${action} ${written} --yes\`, or at a terminal.`,
    });
  }
  const source = describeSource(locked.source);
  const from = locked.resolved === null ? source : `${source} (${locked.resolved})`;
  const about = describePlugin(manifest, { from, tree, ...(was === null ? {} : { before: was }) });
  const broken = breaks.map(({ tool, reason }) => `  The tool "${tool}" ${reason}.\n`).join("");
  const question =
    before === null
      ? "Install and trust it?"
      : "Put it in the place of the one that is installed, and trust it?";
  const agreed = await ask(`${about}\n${broken}${question}`);
  signal.throwIfAborted();
  if (agreed) return true;
  throw notTrusted(action, name, { reason: "you said no", hint: "Nothing was changed." });
}

/**
 * An update that nobody has looked at must not break programs.
 * @throws {ModullmError} RLLM_019
 */
function refuseBreaks(breaks: readonly ToolBreak[], { name, version }: Manifest): void {
  const [first, ...more] = breaks;
  if (first === undefined) return;
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  throw refusal("update", name, {
    reason:
      `its tool "${first.tool}" ${first.reason}${others}, and ${version} is no new major ` +
      "version",
    hint: "Nothing was changed. `modullm plugins install` with its source takes it all the same.",
  });
}
