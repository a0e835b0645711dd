import * as Format from "typebox/format";

/** Tells whether a text is of a format. */
export type FormatCheck = (text: string) => boolean;

/** The check behind a `format`, or null where the format is an annotation only. */
export function formatCheck(name: string): FormatCheck | null {
  return CHECKS.get(name) ?? null;
}

export function formatNames(): string[] {
  return [...CHECKS.keys()];
}

/**
 * typebox keeps a process-wide registry of formats that anyone may change, so it is never asked:
 * these are its functions, and they reach the compiled check as values.
 */
const CHECKS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ["date", Format.IsDate],
  // RFC 3339 is asked for; the function also takes RFC 9557's suffix, as in
  // 2024-05-31T09:30:00Z[Europe/Paris].
  ["date-time", (text) => !text.includes("[") && Format.IsDateTime(text)],
  // The second parameter of this one is an option, so it must not be handed on bare.
  ["time", (text) => Format.IsTime(text)],
  ["duration", Format.IsDuration],
  ["email", Format.IsEmail],
  ["idn-email", Format.IsIdnEmail],
  ["hostname", Format.IsHostname],
  ["idn-hostname", Format.IsIdnHostname],
  ["ipv4", Format.IsIPv4],
  ["ipv6", Format.IsIPv6],
  ["uri", Format.IsUri],
  ["uri-reference", Format.IsUriReference],
  ["iri", Format.IsIri],
  ["iri-reference", Format.IsIriReference],
  ["uri-template", Format.IsUriTemplate],
  ["uuid", Format.IsUuid],
  ["json-pointer", Format.IsJsonPointer],
  ["relative-json-pointer", Format.IsRelativeJsonPointer],
  ["regex", Format.IsRegex],
]);
