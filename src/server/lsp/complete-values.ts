import { dirname, relative } from "node:path";
import { CompletionItemKind } from "vscode-languageserver/node";
import type { Manifest } from "../../../plugins/sdk/protocol.ts";
import { formatNames } from "../../contract/formats.ts";
import { nodeAt, textAt } from "../../core/yaml-outline.ts";
import type { YamlPath } from "../../core/yaml-places.ts";
import { scanLibrary } from "../../library/scan.ts";
import { knownModels } from "../../model/known-models.ts";
import { findPlugins } from "../../plugin/find.ts";
import { templateOffers } from "./complete-templates.ts";
import { entriesOf } from "./entries.ts";
import { type FileView, isProgramFile } from "./file-view.ts";
import { frontmatterPart, isModelPath } from "./frontmatter-keys.ts";
import type { Offer } from "./offer.ts";
import type { Project } from "./project.ts";
import { rootOf } from "./target.ts";

/** Values that can stand at a place in the YAML. */
export async function valuesAt(
  path: YamlPath,
  view: FileView,
  project: Project,
): Promise<readonly Offer[]> {
  const [first, index, key] = path;
  if (rootOf(path).length > 0 || !isProgramFile(view.path)) return schemaValues(path, view);
  if (isModelPath(path)) return wordsOf(await knownModels(project.app.config));
  if ((first === "uses" && key === "path") || (first === "tools" && key === "program"))
    return await programs(view, project);
  if (first === "tools" && key === "plugin")
    return (await toolPlugins(project)).map(offerOf(CompletionItemKind.Module));
  if (first === "tools" && key === "only") {
    const name = textAt(view.outline, ["tools", index ?? 0, "plugin"]);
    const plugin = (await toolPlugins(project)).find((each) => each.name === name);
    return (plugin?.tools ?? []).map(offerOf(CompletionItemKind.Function));
  }
  if ((first === "uses" && ["with", "each", "when"].includes(String(key))) || first === "output")
    return await paths(path, view, project);
  return fixedValues(path);
}

interface Named {
  readonly name: string;
  readonly description: string;
}

function offerOf(kind: CompletionItemKind): (named: Named) => Offer {
  return ({ name: label, description: about }) => ({ label, kind, about });
}

function wordsOf(words: readonly string[], kind: CompletionItemKind = CompletionItemKind.Value) {
  return words.map((label): Offer => ({ label, kind }));
}

/** What `modullm schema` lists for a key. */
function fixedValues(path: YamlPath): Offer[] {
  const part = frontmatterPart(path) ?? {};
  const { enum: listed, examples, type } = part;
  const known: unknown[] = [listed ?? examples ?? (type === "boolean" ? [true, false] : [])].flat();
  return wordsOf(known.filter((value) => value !== null).map(String));
}

const TYPES = ["string", "integer", "number", "boolean", "object", "array", '"null"'];

function schemaValues(path: YamlPath, view: FileView): Offer[] {
  const keyword = path.findLast((key) => typeof key === "string");
  const holder = path.slice(0, path.lastIndexOf(keyword ?? ""));
  switch (keyword) {
    case "type":
      return wordsOf(TYPES);
    case "format":
      return wordsOf(formatNames());
    case "required": {
      const properties = nodeAt(view.outline, [...holder, "properties"])?.pairs ?? [];
      return wordsOf(properties.map(({ key }) => key));
    }
    case "$ref": {
      const defined = ["$defs", "definitions"].flatMap((name) =>
        (nodeAt(view.outline, [...rootOf(path), name])?.pairs ?? []).map(
          ({ key }) => `"#/${name}/${key}"`,
        ),
      );
      return wordsOf(defined, CompletionItemKind.Reference);
    }
    default:
      return [];
  }
}

/** Files of the folders, relative to this one, and names of the library. */
async function programs({ path }: FileView, project: Project): Promise<Offer[]> {
  const files = (await project.files()).filter((file) => isProgramFile(file) && file !== path);
  const written = files.map((file) => {
    const way = relative(dirname(path), file).replaceAll("\\", "/");
    return way.startsWith(".") ? way : `./${way}`;
  });
  const near = written.toSorted(
    (one, other) => one.length - other.length || (one < other ? -1 : 1),
  );
  const names = await scanLibrary(project.app.config.library);
  return [...wordsOf(near, CompletionItemKind.File), ...wordsOf(names, CompletionItemKind.Module)];
}

/** Plugins with tools, by their manifests alone: nothing is started. */
async function toolPlugins({ app, folders: [cwd = ""] }: Project): Promise<readonly Manifest[]> {
  const found: Manifest[] = [];
  for await (const { loaded } of findPlugins({ paths: app.config.paths, cwd }))
    if (loaded?.manifest.tools) found.push(loaded.manifest);
  return found;
}

/** Templates of one or two names, whole. */
async function paths(path: YamlPath, view: FileView, project: Project): Promise<Offer[]> {
  const own = path[0] === "uses" ? entriesOf(view).find(({ path: at }) => at[1] === path[1]) : null;
  const entry = own ?? null;
  const about = { typed: { from: 0, to: 0 }, isRecovery: false, entry };
  const found = ["input", "uses", ...(entry?.isEach ? ["item"] : [])].map(async (root) => {
    const offers = await templateOffers({ ...about, names: [root] }, view, project);
    const names = offers.filter(({ label }) => root !== "uses" || label !== entry?.name);
    return names.map((offer) => ({ ...offer, label: `"{{${root}.${offer.label}}}"` }));
  });
  return (await Promise.all(found)).flat();
}
