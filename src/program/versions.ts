import { compareVersions } from "./compat.ts";

/** What a library name asks of a program's version, as in `extract/facts@^1.2`. */
export interface VersionRange {
  holds(version: string): boolean;
}

/**
 * `1.2.0` for `1.2.0`, `1.2` and `1.2.0+build`; null for a pre-release, and for what is no version.
 */
export function plainVersion(text: string): string | null {
  const found = /^(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text);
  return found && [1, 2, 3].map((part) => Number(found[part] ?? 0)).join(".");
}

/**
 * `^1.2`, `~1.2.3`, `>=1.2 <2`, `1.2.3`, `1.2` or `1.x` (any 1.2 or 1), `*`, with the meanings npm
 * gives them; conditions with blanks between them hold together. A pre-release is taken only where
 * it is named as a whole: `1.2.0-beta.1`. Null where the text is no range.
 */
export function parseRange(text: string): VersionRange | null {
  const whole = /^=?\s*(\d+\.\d+\.\d+-[0-9A-Za-z.-]+)$/.exec(text.trim())?.[1];
  if (whole !== undefined) return { holds: (version) => version.split("+")[0] === whole };
  const conditions = text
    .trim()
    .replace(/([<>=^~])\s+/g, "$1")
    .split(/\s+/);
  const bounds: Bounds[] = [];
  for (const condition of conditions) {
    const read = readCondition(condition);
    if (read === null) return null;
    bounds.push(read);
  }
  return {
    holds(version) {
      const plain = plainVersion(version);
      return plain !== null && bounds.every((bound) => within(plain, bound));
    },
  };
}

/** The newest of the plain versions first. */
export function byVersion(a: string, b: string): number {
  return compareVersions(b, a);
}

/**
 * `min <= version < below`, the form that every condition comes down to, as there is nothing
 * between 1.2.3 and 1.2.4.
 */
interface Bounds {
  readonly min: string;
  readonly below: string | null;
}

const CONDITION =
  /^(\^|~|>=|<=|>|<|=)?(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?$/;

function readCondition(text: string): Bounds | null {
  const found = CONDITION.exec(text);
  if (!found) return null;
  const [, operator = "=", ...written] = found;
  const parts: number[] = [];
  for (const part of written) {
    if (part === undefined || !/^\d/.test(part)) break;
    parts.push(Number(part));
  }
  if (written.slice(parts.length).some((part) => part !== undefined && /^\d/.test(part)))
    return null;
  if (parts.length === 0)
    return operator === "<" || operator === ">" ? null : { min: "0.0.0", below: null };
  const last = parts.length - 1;
  const from = [0, 1, 2].map((index) => parts[index] ?? 0).join(".");
  switch (operator) {
    case ">=":
      return { min: from, below: null };
    case ">":
      return { min: next(parts, last), below: null };
    case "<":
      return { min: "0.0.0", below: from };
    case "<=":
      return { min: "0.0.0", below: next(parts, last) };
    case "^": {
      const first = parts.findIndex((part) => part > 0);
      return { min: from, below: next(parts, first === -1 ? last : first) };
    }
    case "~":
      return { min: from, below: next(parts, Math.min(1, last)) };
    default:
      return { min: from, below: next(parts, last) };
  }
}

/** The first version after all that agree with `parts` up to `index`. */
function next(parts: readonly number[], index: number): string {
  return [0, 1, 2]
    .map((at) => (at < index ? (parts[at] ?? 0) : at === index ? (parts[at] ?? 0) + 1 : 0))
    .join(".");
}

function within(version: string, { min, below }: Bounds): boolean {
  return (
    compareVersions(version, min) >= 0 && (below === null || compareVersions(version, below) < 0)
  );
}
