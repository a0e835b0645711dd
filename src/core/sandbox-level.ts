/**
 * How code is kept from the machine, weakest first. Each is named in events, errors and `doctor`;
 * nothing falls to a weaker one silently.
 *
 * - `none`: not at all (`--trusted-python`).
 * - `wasm`: in a WebAssembly engine, in a process of its own that is killed at the deadline.
 * - `container`: in a container without network, with a read-only file system and limits.
 * - `kernel`: in a process that the Linux kernel keeps from files, network, processes and limits
 *   (Landlock, seccomp, rlimits).
 * - `namespaces`: `kernel`, and in namespaces of its own (bubblewrap).
 */
export const LEVELS = ["none", "wasm", "container", "kernel", "namespaces"] as const;
export type Level = (typeof LEVELS)[number];

/** Whether `level` is at least as strong as `required`. */
export function reaches(level: Level, required: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(required);
}
