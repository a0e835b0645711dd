import type { Manifest } from "../../plugins/sdk/protocol.ts";
import type { Config } from "../config/config.ts";
import { notTrusted } from "./refusal.ts";

/**
 * The source of a project's own settings, which must not draw a user's keys to an address of its
 * choice.
 */
const PROJECT = "./.env";

/**
 * The environment with the values that the user's configuration has for the variables of a
 * manifest.
 * @throws {ModullmError} RLLM_021 where a project's `.env` says where a key of the user goes
 */
export function readVariables(
  { name, env: names = [] }: Pick<Manifest, "name" | "env">,
  {
    config,
    env,
  }: { readonly config: Config; readonly env: Readonly<Record<string, string | undefined>> },
): Readonly<Record<string, string | undefined>> {
  const found = names.flatMap((variable) => {
    const sourced = config.get(variable);
    return sourced === null ? [] : [{ variable, ...sourced }];
  });
  const address = found.find(
    ({ variable, source }) => source === PROJECT && !variable.endsWith("_API_KEY"),
  );
  const foreign = found.find(({ source }) => source !== PROJECT);
  if (address !== undefined && foreign !== undefined && !config.folderTrusted) {
    throw notTrusted("start", name, {
      reason:
        `this folder's .env sets ${address.variable}, and your ${foreign.variable} is not ` +
        "given to it unless you trust the folder",
      hint:
        `Run \`modullm trust\` in this folder if it may say where your key goes, or remove ` +
        `${address.variable} from ./.env.`,
    });
  }
  return { ...env, ...Object.fromEntries(found.map(({ variable, value }) => [variable, value])) };
}
