/**
 * A small plugin without anything outside of its file; it answers a chat with what it sees of its
 * surroundings, as JSON.
 */
export const SAMPLE_CODE = `
import { createInterface } from "node:readline";
type Request = { id: number; method: string; params: Record<string, unknown> };
const results: Record<string, (params: Record<string, unknown>) => object> = {
  initialize: ({ settings, data_folder }) => {
    state.settings = settings;
    state.data_folder = data_folder;
    return { protocol_version: 1, name: NAME, version: VERSION, provides: ["chat", "models/list"] };
  },
  "models/list": () => ({ models: [{ name: "mirror", window: null }] }),
  health: () => ({ ok: true }),
  shutdown: () => ({}),
};
const NAME = "sample";
const VERSION = "1.0.0";
const state: Record<string, unknown> = {};
const send = (message: object) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line) as Request;
  if (id === undefined) continue;
  if (method === "chat") {
    const text = JSON.stringify({ env: process.env, cwd: process.cwd(), file: import.meta.path, ...state });
    send({ method: "chat/part", params: { id, part: { type: "text", text } } });
    send({ id, result: { reason: "stop", usage: null, served: null } });
  } else send({ id, result: results[method]?.(params) ?? {} });
  if (method === "shutdown") process.exit(0);
}
`;

export interface SampleOptions {
  readonly name?: string;
  readonly version?: string;
  readonly env?: readonly string[];
  readonly settings?: object;
  /** What the manifest says belongs to it. */
  readonly parts?: readonly string[];
  /** More of package.json. */
  readonly package?: object;
  readonly files?: Readonly<Record<string, string>>;
}

export function sampleManifest(options: SampleOptions = {}): object {
  const { name = "sample", version = "1.0.0", env = ["SAMPLE_API_KEY"], settings, parts } = options;
  return {
    name,
    version,
    description: "Says what it sees.",
    language: "typescript",
    interface_version: 1,
    command: { default: ["main.ts"] },
    provides: ["chat", "models/list"],
    env,
    ...(settings === undefined ? {} : { settings }),
    ...(parts === undefined ? {} : { files: parts }),
  };
}

/**
 * The files of a plugin, as its folder has them. Its scripts leave a mark where `mark` says, if
 * anybody runs them.
 */
export function sampleFiles(options: SampleOptions = {}): Record<string, string> {
  const { name = "sample", version = "1.0.0" } = options;
  const code = SAMPLE_CODE.replace('NAME = "sample"', `NAME = "${name}"`).replace(
    'VERSION = "1.0.0"',
    `VERSION = "${version}"`,
  );
  return {
    "modullm-plugin.json": JSON.stringify(sampleManifest(options)),
    "main.ts": code,
    "package.json": JSON.stringify({
      name: `modullm-plugin-${name}`,
      version,
      keywords: ["modullm-plugin"],
      ...options.package,
    }),
    ...options.files,
  };
}

/** Scripts that a package manager would run, each of which makes a file. */
export function markingScripts(mark: string): object {
  const names = [
    "preinstall",
    "install",
    "postinstall",
    "prepare",
    "prepublish",
    "preprepare",
    "postprepare",
  ];
  return { scripts: Object.fromEntries(names.map((name) => [name, `echo ${name} >> '${mark}'`])) };
}
