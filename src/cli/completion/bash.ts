import type { Offer, OfferedOption, Offers } from "./offers.ts";
import functions from "./functions.bash" with { type: "text" };

/**
 * Completion for bash. It keeps to what bash 3.2 has, which is what macOS brings; `compopt` is used
 * where there is one. Words that come from outside (names of models, of files) are compared as text
 * and never expanded, as `compgen -W` would.
 */
export function bashScript({ commands, everywhere }: Offers): string {
  const kinds = new Map<string, string[]>();
  for (const { name, value } of everywhere) if (value !== null) add(kinds, value, `*" ${name}"`);
  for (const { name: command, options, places, many } of commands) {
    for (const { name, value } of options)
      if (value !== null) add(kinds, value, `"${command} ${name}"`);
    for (const [index, { offer }] of places.entries()) {
      const isRepeated = many && index === places.length - 1;
      add(kinds, offer, isRepeated ? `"${command} "[${index}-9]*` : `"${command} ${index}"`);
    }
  }
  return [
    "# Completion of modullm and runllm for bash, 3.2 and later.",
    "# What an option takes, or stands at a place among the arguments of a command; empty " +
      "for a switch.",
    "_modullm_kind() {",
    '  case "$1 $2" in',
    ...[...kinds].map(([kind, keys]) => `  ${keys.join(" | ")}) kind="${kind}" ;;`),
    '  *) kind="" ;;',
    "  esac",
    "}",
    "",
    "_modullm_options() {",
    '  case "$1" in',
    ...commands.map(
      ({ name, options }) => `  ${name}) echo "${names([...options, ...everywhere])}" ;;`,
    ),
    `  *) echo "${names(everywhere)}" ;;`,
    "  esac",
    "}",
    "",
    `_modullm_commands="${commands.map(({ name }) => name).join(" ")}"`,
    "",
    functions,
  ].join("\n");
}

/** Keys with the same offer share a line. */
function add(kinds: Map<string, string[]>, offer: Offer, key: string): void {
  const kind = offer.kind === "words" ? `words ${offer.words.join(" ")}` : offer.kind;
  kinds.set(kind, [...(kinds.get(kind) ?? []), key]);
}

function names(options: readonly OfferedOption[]): string {
  return options.map(({ name }) => name).join(" ");
}
