import type { Offer, OfferedCommand, OfferedOption, Offers } from "./offers.ts";
import functions from "./functions.fish" with { type: "text" };

/** Completion for fish: `runllm` has all of `modullm`'s. */
export function fishScript({ commands, everywhere }: Offers): string {
  const valued = [
    ...everywhere.flatMap(({ name, value }) => (value === null ? [] : [`* ${name}`])),
    ...commands.flatMap(({ name: command, options }) =>
      options.flatMap(({ name, value }) => (value === null ? [] : [`${command} ${name}`])),
    ),
  ];
  return [
    "# Completion of modullm and runllm for fish, 3.0 and later.",
    `set -g __modullm_valued ${valued.map(quoted).join(" ")}`,
    "",
    functions,
    "complete -c modullm -f",
    "complete -c runllm -w modullm",
    ...everywhere.map((option) => optionLine(option, "")),
    ...commands.flatMap(commandLines),
  ].join("\n");
}

function commandLines({ name, summary, options, places, many, rest }: OfferedCommand): string[] {
  const placeLines = places.flatMap(({ offer }, index) => {
    const more = many && index === places.length - 1 ? "+" : "";
    return offer.kind === "nothing"
      ? []
      : [`complete -c modullm -n '__modullm_at ${name} ${index + 1}${more}' ${offered(offer)}`];
  });
  return [
    "",
    `complete -c modullm -n __modullm_needs_command -a ${name} -d ${quoted(summary)}`,
    ...placeLines,
    ...(rest
      ? [`complete -c modullm -n '__modullm_behind ${name}' -f -a '(__modullm_fields)'`]
      : []),
    ...options.map((option) => optionLine(option, ` -n '__modullm_in ${name}'`)),
  ];
}

function optionLine({ name, description, value }: OfferedOption, condition: string): string {
  const taken = value === null ? "" : value.kind === "nothing" ? " -x" : ` -r ${offered(value)}`;
  return `complete -c modullm${condition} -l ${name.slice(2)}${taken} -d ${quoted(description)}`;
}

function offered(offer: Offer): string {
  if (offer.kind === "words") return `-f -a ${quoted(offer.words.join(" "))}`;
  if (offer.kind === "models") return "-f -k -a '(__modullm_models)'";
  if (offer.kind === "chats") return "-f -k -a '(__modullm_chats)'";
  if (offer.kind === "programs") return "-f -a '(__modullm_programs)'";
  return offer.kind === "folders"
    ? "-f -a '(__fish_complete_directories (commandline -ct))'"
    : "-F";
}

/** Inside single quotes only these two mean something. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
