// oxlint-disable unicorn/consistent-function-scoping -- it has to stand alone

/**
 * Gives a function that shows a value to people, on one line. Evaluated in the engine, as those of
 * `harness.ts`.
 */
export function makeShower(nameOdd: (value: object) => string) {
  "use strict";
  function readText(object: object, key: string): string {
    try {
      const value = (object as Record<string, unknown>)[key];
      return typeof value === "string" ? value.slice(0, 4000) : "";
    } catch {
      return "";
    }
  }

  /** A value for people. */
  function show(value: unknown, depth: number): string {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "function") return `[function ${readText(value, "name")}]`;
    if (typeof value !== "object" || value === null) return String(value);
    if (depth > 4) return Array.isArray(value) ? "[…]" : "{…}";
    try {
      if (Array.isArray(value)) return `[${showItems(value, depth)}]`;
      const [odd] = nameOdd(value).split("|");
      if (odd === "an Error") return `${readText(value, "name")}: ${readText(value, "message")}`;
      if (odd !== "") return `[${odd}]`;
      const keys = Object.keys(value);
      const shown = keys
        .slice(0, 100)
        .map(
          (key) =>
            `${JSON.stringify(key)}: ${show((value as Record<string, unknown>)[key], depth + 1)}`,
        );
      return `{${shown.join(", ")}${keys.length > 100 ? ", …" : ""}}`;
    } catch {
      return "[unreadable]";
    }
  }

  function showItems(list: readonly unknown[], depth: number): string {
    const shown: string[] = [];
    for (let index = 0; index < list.length && index < 100; index++)
      shown[index] = show(list[index], depth + 1);
    return `${shown.join(", ")}${list.length > 100 ? ", …" : ""}`;
  }

  return (value: unknown): string =>
    show(value, 0)
      .slice(0, 1 << 20)
      .replaceAll("\0", "\\0");
}
