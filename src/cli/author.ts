/** Who writes a program, where nothing says: the user's name on this machine. */
export function authorIn(env: Readonly<Record<string, string | undefined>>): string {
  return [env["USER"], env["USERNAME"]].find((name) => name?.trim()) ?? "you";
}
