/**
 * A command within namespaces of its own, by bubblewrap: no other process, no network. It sees the file system read-only until the guest
 * confines itself; after that it can open nothing at all.
 */
export function inNamespaces(bubblewrap: string, command: readonly string[]): readonly string[] {
  const root = process.getuid?.() === 0;
  const spaces = ["ipc", "pid", "net", "uts", ...(root ? [] : ["user"])].map((space) => `--unshare-${space}`);
  const files = ["--ro-bind", "/", "/", "--proc", "/proc", "--chdir", "/"];
  return [
    bubblewrap,
    ...spaces,
    "--unshare-cgroup-try",
    "--die-with-parent",
    "--new-session",
    ...files,
    "--",
    ...command,
  ];
}
