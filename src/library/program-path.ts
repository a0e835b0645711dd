import { isAbsolute } from "node:path";

/**
 * Whether this is a path as it stands, and no library name: it ends in `.rllm`, or starts with `.`,
 * `/` or a drive.
 */
export function isProgramPath(written: string): boolean {
  return (
    written.endsWith(".rllm") ||
    written.startsWith(".") ||
    isAbsolute(written) ||
    /^[A-Za-z]:[\\/]/.test(written)
  );
}
