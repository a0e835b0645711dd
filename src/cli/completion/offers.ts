import { LEXICAL } from "../../model/lexical/name.ts";
import { PROVIDERS } from "../../model/providers.ts";
import type { CommandTable } from "../command.ts";
import {
  type CommandDescription,
  describeCommands,
  type OptionDescription,
} from "../render/commands.ts";

/**
 * What a shell offers for a word: fixed words, models, names of chats, programs (`.rllm` files and
 * the folders to them), files, folders.
 */
export type Offer =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "models" | "chats" | "programs" | "files" | "folders" | "nothing" };

export interface OfferedOption {
  /** With its dashes. */
  readonly name: string;
  readonly description: string;
  /** What help calls its value; empty for a switch. */
  readonly hint: string;
  /** Null for a switch, which takes no value. */
  readonly value: Offer | null;
}

export interface OfferedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OfferedOption[];
  /** Its arguments in their order, each with the name that help gives it. */
  readonly places: readonly { readonly name: string; readonly offer: Offer }[];
  /** Whether the last of them may be repeated. */
  readonly many: boolean;
  /** Whether something may follow `--`; files are offered there. */
  readonly rest: boolean;
}

export interface Offers {
  readonly commands: readonly OfferedCommand[];
  /** Options that stand before or behind every command. */
  readonly everywhere: readonly OfferedOption[];
}

/** What there is to be completed, from the commands themselves. */
export async function readOffers(table: CommandTable): Promise<Offers> {
  const { commands, global_options: everywhere } = await describeCommands(table);
  return { commands: commands.map(offeredCommand), everywhere: everywhere.map(offeredOption) };
}

function offeredCommand(command: CommandDescription): OfferedCommand {
  return {
    name: command.name,
    summary: command.summary,
    options: command.options.map(offeredOption),
    places: command.arguments.map(({ name, takes, suggest }) => ({
      name,
      offer: offerOf(takes, suggest),
    })),
    many: command.arguments.at(-1)?.many ?? false,
    rest: command.rest !== null,
  };
}

function offerOf(takes: string | undefined, suggest: readonly string[] | undefined): Offer {
  if (suggest !== undefined) return { kind: "words", words: [...new Set(suggest)] };
  if (takes === "program") return { kind: "programs" };
  if (takes === "chat") return { kind: "chats" };
  if (takes === "file") return { kind: "files" };
  return { kind: takes === "folder" ? "folders" : "nothing" };
}

function offeredOption({
  name,
  type,
  description,
  values,
  value: hint = "",
}: OptionDescription): OfferedOption {
  const shown = { name, description, hint: type === "boolean" ? "" : hint || "VALUE" };
  if (type === "boolean") return { ...shown, value: null };
  if (values !== undefined) return { ...shown, value: { kind: "words", words: values } };
  return { ...shown, value: offerFor(hint) };
}

function offerFor(hint: string): Offer {
  if (hint === "EMBEDDER") return { kind: "words", words: providersWith("embed") };
  if (hint === "RERANKER") return { kind: "words", words: providersWith("rerank") };
  return { kind: kindOf(hint) };
}

/** What is built in, and the fronts of names: the catalogue knows no such models. */
function providersWith(ability: "embed" | "rerank"): readonly string[] {
  const able = PROVIDERS.filter(({ quirks }) => quirks[ability] !== null);
  return [LEXICAL, ...able.map(({ name }) => `${name}/`)];
}

function kindOf(hint: string): "models" | "chats" | "files" | "folders" | "nothing" {
  if (hint.includes("MODEL")) return "models";
  if (hint === "CHAT") return "chats";
  if (hint === "FOLDER") return "folders";
  return hint.includes("PATH") ? "files" : "nothing";
}
