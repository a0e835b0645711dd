import type { Setting } from "../../config/settings.ts";
import { writeJson } from "../../core/json.ts";
import { clean, table } from "./plot.ts";

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/** What counts, for people: what is set first, then what could be. */
export function settingsText(settings: readonly Setting[], variables: readonly Variable[]): string {
  const set = settings.filter(({ source }) => source !== null && source !== "default");
  const rows = [
    ...set.map(({ key, value, source }) => [key, valueText(value), source ?? ""]),
    ...variables.map(({ name, value, source }) => [name, value, source]),
  ];
  const others = settings.filter((setting) => !set.includes(setting));
  return [
    ...(rows.length === 0 ? ["Nothing is set."] : [aligned(rows)]),
    "",
    "Not set:",
    aligned(others.map(({ key, default: fallback, help }) => [key, valueText(fallback), help])),
  ].join("\n");
}

export function settingText({ key, value, source, help, variable, flag }: Setting): string {
  const before = [variable, flag].filter((each) => each !== null);
  return [
    `${clean(key)}: ${clean(valueText(value))}${source === null ? "" : ` (${clean(source)})`}`,
    help,
    ...(before.length === 0 ? [] : [`${before.join(" and ")} would go before it.`]),
  ].join("\n");
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "-";
  return typeof value === "string" ? value : writeJson(value);
}

function aligned(rows: readonly (readonly string[])[]): string {
  return table(
    rows.map((row) => row.map(clean)),
    "left",
  );
}
