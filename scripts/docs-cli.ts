/** Writes docs/cli.md from the commands themselves. `bun scripts/docs-cli.ts [--check]` */
import { join } from "node:path";
import { commandHelp, overviewHelp } from "../src/cli/render/help.ts";
import { COMMANDS } from "../src/cli/table.ts";

const FILE = join(import.meta.dir, "../docs/cli.md");

/** The whole reference as Markdown. */
export async function cliReference(): Promise<string> {
  const sections: string[] = [];
  for (const [name, load] of Object.entries(COMMANDS))
    sections.push(`## ${name}\n\n\`\`\`text\n${commandHelp(await load())}\n\`\`\``);
  const intro = [
    "# Command line",
    "",
    "<!-- Made from the commands by scripts/docs-cli.ts. -->",
    "",
    "Every command with its options; `modullm` and `runllm` are one program. Results are " +
      "JSON on stdout, some of them text at a terminal; everything else goes to stderr. " +
      "`MODULLM_*` variables and their",
    "`RUNLLM_*` forms are the same.",
    "",
    `\`\`\`text\n${await overviewHelp(COMMANDS)}\n\`\`\``,
  ];
  return `${[...intro, ...sections.map((section) => `\n${section}`)].join("\n")}\n`;
}

if (import.meta.main) {
  const text = await cliReference();
  if (!process.argv.includes("--check")) await Bun.write(FILE, text);
  else if ((await Bun.file(FILE).text()) !== text)
    throw new Error("docs/cli.md is not what the commands say: run bun scripts/docs-cli.ts");
}
