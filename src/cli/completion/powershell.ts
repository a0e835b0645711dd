import type { Offer, OfferedCommand, OfferedOption, Offers } from "./offers.ts";
import functions from "./functions.ps1" with { type: "text" };

/**
 * Completion for Windows PowerShell 5.1 and PowerShell 7, by `Register-ArgumentCompleter -Native`.
 */
export function powershellScript({ commands, everywhere }: Offers): string {
  return [
    "# Completion of modullm and runllm for PowerShell 5.1 and later.",
    "Register-ArgumentCompleter -Native -CommandName modullm, runllm -ScriptBlock {",
    "    param($wordToComplete, $commandAst, $cursorPosition)",
    "",
    "    # Of each option: what it takes (empty for a switch), and what it is for.",
    "    $everywhere = [ordered]@{",
    ...everywhere.map((option) => `        ${optionEntry(option)}`),
    "    }",
    "    $commands = [ordered]@{",
    ...commands.flatMap((command) => commandEntry(command, everywhere)),
    "    }",
    "",
    functions,
  ].join("\n");
}

function commandEntry(
  { name, summary, options, places, many }: OfferedCommand,
  everywhere: Offers["everywhere"],
): string[] {
  return [
    `        ${quoted(name)} = @{`,
    `            Summary = ${quoted(summary)}`,
    `            Places = @(${places.map(({ offer }) => quoted(written(offer))).join(", ")})`,
    `            Many = $${many}`,
    "            Options = [ordered]@{",
    ...[...options, ...everywhere].map((option) => `                ${optionEntry(option)}`),
    "            }",
    "        }",
  ];
}

function optionEntry({ name, description, value }: OfferedOption): string {
  return (
    `${quoted(name)} = @(${quoted(value === null ? "" : written(value))}, ` +
    `${quoted(description)})`
  );
}

function written(offer: Offer): string {
  return offer.kind === "words" ? `words ${offer.words.join(" ")}` : offer.kind;
}

/**
 * ASCII, for PowerShell 5.1 reads output in the code page of the console. Typographic quotes would
 * end a text, too.
 */
function quoted(text: string): string {
  const plain = text
    .replaceAll("…", "...")
    .replace(/[\u2018-\u201B']/g, "''")
    .replace(/[\u201C-\u201E]/g, '"');
  return `'${plain.replace(/[^\x20-\x7E]/g, "?")}'`;
}
