import { type CommandTable, UsageError } from "../command.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { type Offers, readOffers } from "./offers.ts";
import { powershellScript } from "./powershell.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS: Readonly<Record<string, (offers: Offers) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

/**
 * The script that makes a shell complete `modullm` and `runllm`. @throws {UsageError} for a shell
 * that is not known
 */
export async function completionScript(shell: string, table: CommandTable): Promise<string> {
  const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (script === undefined)
    throw new UsageError(
      `unknown shell "${shell}"; ${Object.keys(SCRIPTS).join(", ")} and models are known`,
    );
  return script(await readOffers(table));
}
