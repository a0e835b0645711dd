import { register } from "node:module";

/**
 * Makes `.rllm` files modules, for Bun and Node: their default export is the program as an async
 * function.
 *
 * @example
 * // node --import modullm/register app.js, or preload = ["modullm/register"] in bunfig.toml
 * import summarise from "./summary.rllm";
 * const { summary } = await summarise({ text: "…" });
 */
const LIBRARY = new URL("./index.js", import.meta.url).href;

/** The module that a program becomes. @param library where this library is, as an URL */
export function moduleOf(path: string, library: string): string {
  const program = JSON.stringify(path);
  return [
    `import { run } from ${JSON.stringify(library)};`,
    `export default (input, options) => run(${program}, input, options);`,
  ].join("\n");
}

/** Hooks of Node live in a thread of their own, so they come as text. */
function hooks(library: string): string {
  return `import { fileURLToPath } from "node:url";
${moduleOf.toString()}
export async function load(url, context, next) {
  const isProgram = url.startsWith("file:") && new URL(url).pathname.endsWith(".rllm");
  if (!isProgram) return next(url, context);
  const source = moduleOf(fileURLToPath(url), ${JSON.stringify(library)});
  return { format: "module", shortCircuit: true, source };
}`;
}

const bun: unknown = Reflect.get(globalThis, "Bun");
if (isBun(bun))
  bun.plugin({
    name: "modullm",
    setup(build) {
      build.onLoad({ filter: /\.rllm$/ }, ({ path }) => ({
        loader: "js",
        contents: moduleOf(path, LIBRARY),
      }));
    },
  });
else register(`data:text/javascript,${encodeURIComponent(hooks(LIBRARY))}`);

/** As much of Bun as is used here: this file runs on Node, too. */
interface BunLike {
  plugin(plugin: {
    readonly name: string;
    setup(build: {
      onLoad(
        where: { readonly filter: RegExp },
        load: (file: { readonly path: string }) => { loader: "js"; contents: string },
      ): void;
    }): void;
  }): void;
}

function isBun(value: unknown): value is BunLike {
  return typeof value === "object" && value !== null && "plugin" in value;
}
