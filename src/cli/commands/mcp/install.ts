import { setInJson, unsetInJson } from "../../../config/edit-json.ts";
import { setTable, unsetTable } from "../../../config/edit-toml.ts";
import { configError } from "../../../config/file-reader.ts";
import { findHome } from "../../../config/paths.ts";
import { readConfigText, whyNoText } from "../../../config/text.ts";
import { cannotWrite, replaceFile } from "../../../config/write-file.ts";
import { lineDiff } from "../../../core/line-diff.ts";
import { nearest } from "../../../core/nearest.ts";
import { createAsk } from "../../ask.ts";
import { type Action, type CommandContext, UsageError } from "../../command.ts";
import { MCP_CLIENTS, type McpClient } from "./client-table.ts";

/** The name that clients know the server by. */
const NAME = "modullm";

const WORDS = { least: 1, most: 1, wants: `a client: ${Object.keys(MCP_CLIENTS).join(", ")}` };

/** Tells a client of this program; all else in its file stays as it is written. */
export const install: Action = {
  ...WORDS,
  run: async ([name = ""], context) =>
    await change(name, context, (client, text) => {
      const values = client.entry(commandFor(context), serveArguments(context));
      if (client.form === "toml")
        return setTable(text, [...client.path, NAME].join("."), { values, read: readToml });
      // Key by key: what the user has put beside them stays.
      return Object.entries(values).reduce<string | null>(
        (edited, [key, value]) =>
          edited === null ? null : setInJson(edited, [...client.path, NAME, key], value),
        text,
      );
    }),
};

/** Takes it back. */
export const uninstall: Action = {
  ...WORDS,
  run: async ([name = ""], context) =>
    await change(name, context, ({ form, path }, text) => {
      if (text.trim() === "") return text;
      return form === "toml"
        ? unsetTable(text, [...path, NAME].join("."), readToml)
        : unsetInJson(text, [...path, NAME]);
    }),
};

async function change(
  name: string,
  context: CommandContext,
  edit: (client: McpClient, text: string) => string | null,
): Promise<number> {
  const { options, output } = context;
  const client = findClient(name);
  const path = fileOf(client, name, context);
  const read = readConfigText(path);
  if (read.kind !== "text" && read.kind !== "missing") throw configError(whyNoText(read), { path });
  const before = read.kind === "text" ? read.text : "";
  const after = edit(client, before);
  if (after === null)
    throw configError("it is not of the form that is expected, so nothing was changed", { path });
  const isDry = options.flag("dry-run");
  const changed = after !== before;
  // The lines around may hold secrets, and are nobody's business.
  for (const { kind, text } of lineDiff(before, after))
    if (kind !== "same") output.note(`${kind === "added" ? "+" : "-"} ${text}`);
  if (changed && !isDry) {
    if (!options.flag("yes") && !(await agreed(context, path))) return 1;
    (await context.app()).permit("write", path);
    try {
      replaceFile(path, after);
    } catch (thrown) {
      throw cannotWrite(path, thrown, "Make the file writable, or change it by hand.");
    }
  }
  output.json({ client: name, path, changed: changed && !isDry });
  return 0;
}

/** @throws {UsageError} */
function findClient(name: string): McpClient {
  const client = Object.hasOwn(MCP_CLIENTS, name) ? MCP_CLIENTS[name] : undefined;
  if (client) return client;
  const names = Object.keys(MCP_CLIENTS);
  const near = nearest(name, names);
  const meant = near === null ? "" : `; did you mean "${near}"?`;
  throw new UsageError(`"${name}" is not one of ${names.join(", ")}${meant}`);
}

function fileOf(client: McpClient, name: string, context: CommandContext): string {
  const { options, output } = context;
  const { env } = output.terminal;
  if (!options.flag("project"))
    return client.user({ home: findHome({ env }), env, platform: process.platform });
  if (client.project !== undefined) return context.resolve(client.project);
  throw new UsageError(`${client.title} (${name}) knows no projects: leave --project out`);
}

/** @throws {UsageError} where nobody can be asked */
async function agreed({ output }: CommandContext, path: string): Promise<boolean> {
  const ask = createAsk(output);
  if (ask === null) throw new UsageError("nobody can be asked here: pass --yes, or --dry-run");
  return await ask(`Write this to "${path}"?`);
}

/** Set by the build of the binary. */
declare const IN_BINARY: boolean | undefined;

/** A project's file is shared: there the name alone stands, elsewhere the place of this binary. */
function commandFor({ options }: CommandContext): string {
  return typeof IN_BINARY === "undefined" || options.flag("project") ? NAME : process.execPath;
}

/** What it was called with is what the client is to call it with. */
function serveArguments({ options, resolve }: CommandContext): readonly string[] {
  const words = ["mcp"];
  for (const name of ["library", "pin", "budget", "runs"])
    for (const value of options.texts(name)) {
      const isPlace = name === "library" && !options.flag("project");
      words.push(`--${name}`, isPlace ? resolve(value) : value);
    }
  return words;
}

function readToml(text: string): unknown {
  return Bun.TOML.parse(text);
}
