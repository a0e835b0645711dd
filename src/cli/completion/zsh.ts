import type { Offer, OfferedCommand, OfferedOption, Offers } from "./offers.ts";
import functions from "./functions.zsh" with { type: "text" };

/** Completion for zsh with compinit: read as a file `_modullm` of `fpath`, or by `eval`. */
export function zshScript({ commands, everywhere }: Offers): string {
  return [
    "#compdef modullm runllm",
    "# Completion of modullm and runllm for zsh, with compinit.",
    "_modullm_commands() {",
    "  local -a commands",
    "  commands=(",
    ...commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`),
    "  )",
    "  _describe -t commands command commands",
    "}",
    "",
    "_modullm_arguments() {",
    "  case $1 in",
    ...commands.flatMap(cases),
    "  esac",
    "}",
    "",
    "typeset -ga _modullm_everywhere",
    "_modullm_everywhere=(",
    ...everywhere.map((option) => `  ${optionSpec(option)}`),
    ")",
    "",
    functions,
  ].join("\n");
}

function cases({ name, options, places, many, rest }: OfferedCommand): string[] {
  const specs = [
    ...options.map(optionSpec),
    ...places.map(({ name: place, offer }, index) => {
      const number = many && index === places.length - 1 ? "*" : String(index + 1);
      return quoted(`${number}:${escaped(place)}:${action(offer)}`);
    }),
    ...(rest && !many ? [quoted("*:key=value:_modullm_rest")] : []),
  ];
  return [
    `  ${name})`,
    "    _arguments -S $_modullm_everywhere \\",
    `      ${specs.join(" \\\n      ")}`,
    "    ;;",
  ];
}

/** `*`: an option that was given is offered again, for some may be repeated. */
function optionSpec({ name, description, hint, value }: OfferedOption): string {
  const shown = `[${escaped(description)}]`;
  return value === null
    ? quoted(`${name}${shown}`)
    : quoted(`*${name}=${shown}:${escaped(hint)}:${action(value)}`);
}

function action(offer: Offer): string {
  if (offer.kind === "words") return `(${offer.words.join(" ")})`;
  if (offer.kind === "models") return "_modullm_models";
  if (offer.kind === "chats") return "_modullm_chats";
  if (offer.kind === "programs") return "_modullm_programs";
  if (offer.kind === "files") return "_files";
  return offer.kind === "folders" ? "_path_files -/" : " ";
}

/** What stands in brackets or between colons. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
