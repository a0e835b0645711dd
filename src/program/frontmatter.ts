import { isObject, jsonType } from "../core/json.ts";
import { ModullmError, type SourcePlace } from "../core/error.ts";
import { parseYaml, yaml11Scalars } from "../core/yaml.ts";
import type { Warning } from "./program.ts";
import { placeAt, type Source } from "./source.ts";

/** The mapping between the two `---` lines, with the places of its values. */
export interface Frontmatter {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where in the file the text after the closing line starts. */
  readonly bodyOffset: number;
  readonly warnings: readonly Warning[];
  /** Where a value stands in the file. */
  place(path: readonly (string | number)[]): SourcePlace;
  /** Where a key stands. */
  keyPlace(...path: string[]): SourcePlace;
  /** A scalar as written. */
  written(key: string): string | null;
}

/** As many ambiguous values are told one by one. */
const MOST_TOLD = 50;

/** The lines around a frontmatter. */
export const DELIMITER = /^---[ \t]*$/;

/** @throws {ModullmError} RLLM_001 */
export function parseFrontmatter(source: Source): Frontmatter {
  const { start, end, bodyOffset } = findDelimiters(source);
  const parsed = parseYaml(source.text.slice(start, end), { firstLine: 2 });
  if (!parsed.ok) {
    const place = placeAt(source, start + parsed.offset);
    throw parseError(source, place, `the frontmatter is not valid YAML: ${parsed.reason}`, {
      yaml_error: parsed.reason,
    });
  }
  const { places } = parsed;
  const values = parsed.value ?? {};
  if (!isObject(values)) {
    const type = jsonType(values);
    throw parseError(
      source,
      placeAt(source, start),
      `the frontmatter is ${type === "array" ? "a list" : `a ${type}`}, not a mapping`,
      { actual_type: type },
    );
  }
  // `repair: off` is said as it is meant.
  const exempt = places.valueAt(["repair"]);
  const ambiguous = yaml11Scalars(places).filter(({ offset }) => offset !== exempt);
  // A list of thousands is one mistake, and each place takes time to find.
  const warnings = ambiguous.slice(0, MOST_TOLD).map(({ text, offset }) => ({
    message:
      `The plain value ${text} is a string or decimal number here (YAML 1.2); YAML 1.1 reads ` +
      "it differently. Put it in quotes to be clear",
    place: placeAt(source, start + offset),
  }));
  const next = ambiguous[MOST_TOLD];
  if (next) {
    const message = `${ambiguous.length - MOST_TOLD} more plain values are read differently by YAML 1.1`;
    warnings.push({ message, place: placeAt(source, start + next.offset) });
  }
  return {
    values,
    bodyOffset,
    warnings,
    place: (path) => placeAt(source, start + places.valueAt(path)),
    keyPlace: (...path) => placeAt(source, start + places.keyAt(path)),
    written: (key) => places.written([key]),
  };
}

function findDelimiters(source: Source): { start: number; end: number; bodyOffset: number } {
  const { text } = source;
  const firstEnd = text.indexOf("\n");
  const first = firstEnd === -1 ? text : text.slice(0, firstEnd);
  if (!DELIMITER.test(first)) {
    const what =
      text.trim() === ""
        ? "the file is empty"
        : "the first line is not ---, which opens the frontmatter";
    throw parseError(source, placeAt(source, 0), what);
  }
  const start = firstEnd === -1 ? text.length : firstEnd + 1;
  for (let from = start; from < text.length;) {
    const lineEnd = text.indexOf("\n", from);
    const stop = lineEnd === -1 ? text.length : lineEnd;
    if (DELIMITER.test(text.slice(from, stop)))
      return { start, end: from, bodyOffset: Math.min(stop + 1, text.length) };
    from = stop + 1;
  }
  throw parseError(source, placeAt(source, 0), "the frontmatter opened on line 1 is never closed");
}

function parseError(
  source: Source,
  place: SourcePlace,
  what: string,
  details: Record<string, unknown> = {},
): ModullmError {
  const all = { path: source.path, line: place.line, column: place.column, ...details };
  return new ModullmError("RLLM_001", `Cannot read program "${source.path}": ${what}`, {
    details: all,
    place,
  });
}
