/** Variables that every process of others' gets. */
export const ALWAYS_GIVEN = ["PATH", "HOME", "TMPDIR", "LANG"];
const ALWAYS_ON_WINDOWS = (
  "SYSTEMROOT SYSTEMDRIVE WINDIR PATHEXT COMSPEC USERPROFILE APPDATA LOCALAPPDATA TEMP TMP " +
  "NUMBER_OF_PROCESSORS"
).split(" ");

/** Of an environment what every process gets, and what else is named. */
export function givenVariables(
  from: Readonly<Record<string, string | undefined>>,
  {
    names = [],
    platform = process.platform,
  }: { readonly names?: readonly string[]; readonly platform?: NodeJS.Platform } = {},
): Readonly<Record<string, string>> {
  const windows = platform === "win32";
  const wanted = [...ALWAYS_GIVEN, ...(windows ? ALWAYS_ON_WINDOWS : []), ...names];
  const chosen: Record<string, string> = {};
  for (const [name, value] of Object.entries(from)) {
    const matches = (each: string): boolean =>
      windows ? each.toUpperCase() === name.toUpperCase() : each === name;
    if (value !== undefined && wanted.some(matches)) chosen[name] = value;
  }
  return chosen;
}
