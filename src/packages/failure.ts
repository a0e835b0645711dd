import { fileReason } from "../config/text.ts";
import { DependencyFault } from "./dependencies.ts";
import { FetchFault } from "./download.ts";
import { describeSource, type PackageSource } from "./source.ts";
import { StageFault } from "./stage.ts";
import { ArchiveFault } from "./tar-header.ts";
import { TreeFault } from "./tree.ts";

/** Why a package can't be installed. */
export interface InstallFailure {
  /** The part of a sentence behind a colon. */
  readonly reason: string;
  /** Whether the same may go well later. */
  readonly retryable: boolean;
}

/** Null for what neither the package, its source nor the disk is to blame for. */
export function installFailure(thrown: unknown, source: PackageSource): InstallFailure | null {
  if (thrown instanceof FetchFault) return { reason: thrown.message, retryable: thrown.passing };
  if (thrown instanceof ArchiveFault) {
    const reason = `the archive of ${describeSource(source)} is not taken: ${thrown.message}`;
    return { reason, retryable: false };
  }
  if (
    thrown instanceof StageFault ||
    thrown instanceof TreeFault ||
    thrown instanceof DependencyFault
  )
    return { reason: thrown.message, retryable: false };
  if (thrown instanceof Error && "code" in thrown && "path" in thrown)
    return { reason: `${String(thrown.path)}: ${fileReason(thrown)}`, retryable: false };
  return null;
}
