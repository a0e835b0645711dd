/** A value with what it is of, for each that is known; null when none is. */
export function phrase(...parts: readonly (readonly [string, string])[]): string | null {
  const known = parts.filter(([value]) => value !== "-");
  return known.length === 0 ? null : known.map((part) => part.join(" ")).join(", ");
}

export function grouped(value: number | null): string {
  if (value === null) return "-";
  const text = value < 100 && !Number.isInteger(value) ? value.toFixed(1) : value.toFixed(0);
  return text.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Null for what is not known. */
export function percent(value: number | null): string | null {
  return value === null ? null : `${Number(value.toFixed(1))} %`;
}

export function dollars(value: number | null): string {
  if (value === null) return "-";
  if (value >= 0.1) return `$${value.toFixed(2)}`;
  if (value === 0 || value >= 1e-6) return `$${Number(value.toPrecision(3))}`;
  return "under $0.000001";
}
