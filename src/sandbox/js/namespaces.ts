import { namespaceArguments } from "../bubblewrap.ts";

/**
 * A command within namespaces of its own, by bubblewrap: no other process, no network. It sees the
 * file system read-only until the guest confines itself; after that it can open nothing at all.
 */
export function inNamespaces(bubblewrap: string, command: readonly string[]): readonly string[] {
  const files = ["--ro-bind", "/", "/", "--proc", "/proc", "--chdir", "/"];
  return [bubblewrap, ...namespaceArguments(), ...files, "--", ...command];
}
