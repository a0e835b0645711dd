import { join, posix, win32 } from "node:path";
import type { ModelFacts } from "../model/facts.ts";
import { type ModullmError, toModullmError } from "../core/error.ts";
import { parseConfigFile, type ConfigFile } from "./file.ts";
import { configError } from "./file-reader.ts";
import { readConfigText } from "./text.ts";
import { CONFIG_DEFAULTS, REQUIRABLE } from "./keys.ts";
import type { Config, RequiredLevel, Sourced } from "./config.ts";
import { parseEnvFile } from "./env-file.ts";
import { byName, type Filled, fillServers } from "./fill.ts";
import { absoluteFolder, findLibrary } from "./library-path.ts";
import { findHome, findPaths, formerFolder, type Paths } from "./paths.ts";
import { findSecrets } from "../redaction/secrets.ts";
import { findProjectFile, narrowed } from "./project.ts";
import { isTrusted } from "./trust.ts";

export interface LoadConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder whose `./.env` counts. */
  readonly cwd: string;
  /** False reads the process environment only, as MODULLM_NO_CONFIG_AUTOLOAD does. */
  readonly autoload: boolean;
  /** @default the platform of this process */
  readonly platform?: string;
  /** @default the user's home folder */
  readonly home?: string;
  /** Told of each file that can't be used; it then counts as empty. @default it is thrown */
  readonly onFault?: (fault: ModullmError) => void;
}

/** One place that values come from. */
interface Layer {
  readonly source: string;
  readonly values: ReadonlyMap<string, string>;
}

interface ReadState {
  readonly layers: Layer[];
  readonly files: ConfigFile[];
  readonly warnings: string[];
  /**
   * Every assignment in a `.env` file, ignored ones too: an ignored password is still a password.
   */
  readonly assignments: [string, string][];
  readonly place: { readonly cwd: string; readonly home: string; readonly windows: boolean };
}

/**
 * Reads everything that configures a process, once.
 * @throws {ModullmError} RLLM_018 for a file that can't be read and for a value of the wrong type
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const windows = (options.platform ?? process.platform) === "win32";
  const env = readEnvironment(options.env, windows);
  const paths = findPaths({ ...options, env: Object.fromEntries(env) });
  const state: ReadState = {
    layers: [{ source: "environment", values: env }],
    files: [],
    warnings: [],
    assignments: [],
    place: {
      cwd: options.cwd,
      home: findHome({ ...options, env: Object.fromEntries(env) }),
      windows,
    },
  };
  const lookup = (name: string): Sourced | null =>
    find(state.layers, windows ? name.toUpperCase() : name);

  if (!options.autoload || isTruthy(lookup("MODULLM_NO_CONFIG_AUTOLOAD")?.value)) {
    return build(paths, state, { lookup, folderTrusted: false });
  }
  const { onFault } = options;
  await orTold(() => readProjectEnv(options.cwd, state), onFault);
  await orTold(() => readProjectFile(paths, options.cwd, state), onFault);
  for (const folder of [paths.config, formerFolder(paths.config)]) {
    const file = windows ? win32.join : posix.join;
    await orTold(() => readUserEnv(file(folder, ".env"), state), onFault);
    await orTold(() => readConfigFile(file(folder, "config.yaml"), state), onFault);
  }
  return build(paths, state, {
    lookup,
    folderTrusted: readTrust(paths, options.cwd, state.warnings),
  });
}

async function orTold(
  read: () => void | Promise<void>,
  onFault: LoadConfigOptions["onFault"],
): Promise<void> {
  try {
    await read();
  } catch (thrown) {
    if (onFault === undefined) throw thrown;
    onFault(toModullmError(thrown));
  }
}

/** Names that hold nothing but blanks are left out; on Windows case does not count in names. */
function readEnvironment(env: LoadConfigOptions["env"], windows: boolean): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value.trim() !== "")
      values.set(windows ? name.toUpperCase() : name, value.trim());
  }
  return values;
}

/**
 * MODULLM_X and RUNLLM_X are one setting: within a place the first form wins, and a place before it
 * wins over both.
 */
function find(layers: readonly Layer[], name: string): Sourced | null {
  const setting = /^(?:MODULLM|RUNLLM)_(.+)$/.exec(name)?.[1];
  const names = setting === undefined ? [name] : [`MODULLM_${setting}`, `RUNLLM_${setting}`];
  for (const { source, values } of layers) {
    for (const form of names) {
      const value = values.get(form);
      if (value !== undefined) return { value, source };
    }
  }
  return null;
}

function isTruthy(value: string | undefined): boolean {
  return value !== undefined && !["0", "false", "no", "off"].includes(value.toLowerCase());
}

/** Whether a user's `.env` may set a variable. */
export function mayStandInEnv(name: string): boolean {
  return USER_NAMES.test(name);
}

const USER_NAMES = /^(?:\w+_API_KEY|\w+_API_BASE|\w+_BASE_URL|OLLAMA_\w+)$/;
const PROJECT_NAMES = /^(?:MODULLM|RUNLLM)_(?:PATH|MODEL)$/;

/**
 * `./.env` belongs to other programs too: a line that only they understand is a warning, and a
 * folder of that name (a Python environment) is none of ours.
 */
function readProjectEnv(cwd: string, state: ReadState): void {
  const source = "./.env";
  const read = readConfigText(join(cwd, ".env"));
  if (read.kind === "unreadable") throw configError(read.reason, { ...read, path: source });
  const parsed = parseEnvFile(read.kind === "text" ? read.text : "");
  for (const { line, reason } of parsed.faults)
    state.warnings.push(`Ignored line ${line} of ${source}: ${reason}.`);
  addEnvLayer(
    parsed.entries,
    { source, allowed: (name) => USER_NAMES.test(name) || PROJECT_NAMES.test(name) },
    state,
  );
}

/**
 * The user's own `.env` is read by nothing else: a malformed line in it is a mistake to be told.
 */
function readUserEnv(path: string, state: ReadState): void {
  const read = readConfigText(path);
  if (read.kind === "directory") throw configError("it is a directory", { path });
  if (read.kind === "unreadable") throw configError(read.reason, { ...read, path });
  const parsed = parseEnvFile(read.kind === "text" ? read.text : "");
  const fault = parsed.faults[0];
  if (fault) throw configError(fault.reason, { path, line: fault.line });
  addEnvLayer(parsed.entries, { source: path, allowed: mayStandInEnv }, state);
}

function addEnvLayer(
  entries: readonly { readonly name: string; readonly value: string }[],
  rule: { readonly source: string; readonly allowed: (name: string) => boolean },
  state: ReadState,
): void {
  const values = new Map<string, string>();
  const ignored = new Set<string>();
  for (const { name, value } of entries) {
    state.assignments.push([name, value.trim()]);
    if (!rule.allowed(name)) ignored.add(name);
    else if (value.trim() === "") values.delete(name);
    else values.set(name, value.trim());
  }
  state.layers.push({ source: rule.source, values });
  if (ignored.size > 0) state.warnings.push(ignoredWarning([...ignored], rule.source));
}

const MOST_NAMES_SHOWN = 20;

function ignoredWarning(names: readonly string[], source: string): string {
  const shown = names.slice(0, MOST_NAMES_SHOWN).join(", ");
  const more =
    names.length > MOST_NAMES_SHOWN ? ` and ${names.length - MOST_NAMES_SHOWN} more` : "";
  const project = source === "./.env" ? ", MODULLM_PATH and MODULLM_MODEL" : "";
  return (
    `Ignored in ${source}: ${shown}${more}. It may set *_API_KEY, *_API_BASE, *_BASE_URL, ` +
    `OLLAMA_*${project}.`
  );
}

/**
 * A project's own settings go before the user's; in a folder that is not trusted they only make
 * things narrower.
 */
async function readProjectFile(paths: Paths, cwd: string, state: ReadState): Promise<void> {
  const project = findProjectFile(cwd);
  if (project === null) return;
  const { path, folder } = project;
  if (readTrust(paths, folder, state.warnings)) return await readConfigFile(path, state);
  await readConfigFile(path, state, (file) => {
    const { file: safe, ignored } = narrowed(file);
    if (ignored.length > 0)
      state.warnings.push(
        `Ignored in ${path}: ${ignored.join(", ")}. Run \`modullm trust ${folder}\` if that ` +
          "folder may say so.",
      );
    return safe;
  });
}

async function readConfigFile(
  path: string,
  state: ReadState,
  taken: (file: ConfigFile) => ConfigFile = (file) => file,
): Promise<void> {
  const read = readConfigText(path);
  if (read.kind === "directory") throw configError("it is a directory", { path });
  if (read.kind === "unreadable") throw configError(read.reason, { ...read, path });
  const values = new Map<string, string>();
  state.layers.push({ source: path, values });
  if (read.kind === "missing" || read.text.trim() === "") return;
  const file = taken(await parseConfigFile(read.text, path));
  if (file.ollamaApiBase !== null) values.set("OLLAMA_API_BASE", file.ollamaApiBase);
  const base = (state.place.windows ? win32 : posix).dirname(path);
  state.files.push({
    ...file,
    library: file.library.map((folder) => absoluteFolder(folder, { ...state.place, base })),
    media: {
      ...file.media,
      allow: file.media.allow.map((folder) => absoluteFolder(folder, { ...state.place, base })),
    },
  });
  state.warnings.push(...file.warnings);
}

/** A list that can't be read trusts nothing; it must not keep anything else from running. */
function readTrust(paths: Paths, cwd: string, warnings: string[]): boolean {
  try {
    return isTrusted(paths, cwd);
  } catch (thrown) {
    warnings.push(
      `${thrown instanceof Error ? thrown.message : String(thrown)}. No folder is trusted.`,
    );
    return false;
  }
}

function build(
  paths: Paths,
  state: ReadState,
  rest: { readonly lookup: (name: string) => Sourced | null; readonly folderTrusted: boolean },
): Config {
  const { layers, files, warnings } = state;
  const filled = fillServers(files, rest.lookup, warnings);
  const { providers, mcpServers, apiHosts } = filled;
  const secrets = (): readonly string[] => secretsIn(state, filled);
  return {
    paths,
    defaultModel:
      rest.lookup("MODULLM_MODEL")?.value ?? firstSet(files, ({ defaultModel }) => defaultModel),
    defaultMaxRetries: firstSet(files, ({ defaultMaxRetries }) => defaultMaxRetries),
    fallbacks: firstSet(files, ({ fallbacks }) => fallbacks) ?? [],
    deadlines: deadlinesOf(files),
    embedder: firstSet(files, ({ embedder }) => embedder),
    reranker: firstSet(files, ({ reranker }) => reranker),
    ollamaAutoPull: firstSet(files, ({ ollamaAutoPull }) => ollamaAutoPull) ?? false,
    providers,
    modelFacts: byName<Partial<ModelFacts>>(files.map(({ models }) => models)),
    library: findLibrary({
      ...state.place,
      variable: rest.lookup("MODULLM_PATH")?.value ?? null,
      configured: firstSet(files, ({ library }) => (library.length === 0 ? null : library)) ?? [],
    }),
    sandbox: sandboxOf(files),
    media: mediaOf(files),
    history: historyOf(files),
    serving: {
      auth: firstSet(files, ({ serving }) => serving.auth) !== "off",
      oauth: firstSet(files, ({ serving }) => serving.oauth),
      hosts: files.flatMap(({ serving }) => serving.hosts),
    },
    plugins: byName(files.map(({ plugins }) => plugins)),
    mcpServers,
    apiHosts,
    warnings,
    checkedSources: layers.map(({ source }) => source),
    get: rest.lookup,
    variables: () => variablesIn(layers),
    servers: () => serversIn(layers),
    secrets,
    folderTrusted: rest.folderTrusted,
  };
}

function secretsIn(
  { layers, assignments }: ReadState,
  { providers, mcpServers, apiHosts, references }: Filled,
): readonly string[] {
  const servers = Object.values(providers);
  return findSecrets({
    settings: [
      ...layers.flatMap(({ values }) => [...values]),
      ...assignments,
      ...serverTexts(mcpServers, "process"),
    ],
    keyNames: servers.map(({ apiKeyEnv }) => apiKeyEnv ?? ""),
    urls: [
      ...servers.map(({ baseUrl }) => baseUrl ?? ""),
      ...Object.values(mcpServers).map(({ at }) => (at.kind === "http" ? at.url : "")),
    ],
    values: [...references, ...Object.values(apiHosts).flatMap(({ auth }) => Object.values(auth))],
    headers: [
      ...servers.flatMap(({ headers }) => Object.entries(headers)),
      ...serverTexts(mcpServers, "http"),
    ],
  });
}

/** What MCP servers are given: variables of processes, or headers of requests. */
function serverTexts(
  servers: Config["mcpServers"],
  kind: "process" | "http",
): readonly (readonly [string, string])[] {
  return Object.values(servers).flatMap(({ at }) =>
    at.kind === kind ? Object.entries(at.kind === "http" ? at.headers : at.env) : [],
  );
}

function deadlinesOf(files: readonly ConfigFile[]): Config["deadlines"] {
  return {
    connect: firstSet(files, ({ deadlines }) => deadlines.connect),
    first: firstSet(files, ({ deadlines }) => deadlines.first),
    gap: firstSet(files, ({ deadlines }) => deadlines.gap),
    total: firstSet(files, ({ deadlines }) => deadlines.total),
  };
}

function sandboxOf(files: readonly ConfigFile[]): Config["sandbox"] {
  return {
    require: strongest(files.map(({ sandbox }) => sandbox.require)),
    experimental: firstSet(files, ({ sandbox }) => sandbox.experimental) ?? false,
    // One file that forbids it is enough.
    trustedPython: files.every(({ sandbox }) => sandbox.trustedPython !== false),
    python: firstSet(files, ({ sandbox }) => sandbox.python),
    image: firstSet(files, ({ sandbox }) => sandbox.image),
  };
}

function mediaOf(files: readonly ConfigFile[]): Config["media"] {
  return {
    allow: firstSet(files, ({ media }) => (media.allow.length === 0 ? null : media.allow)) ?? [],
    hosts: firstSet(files, ({ media }) => (media.hosts.length === 0 ? null : media.hosts)) ?? [],
    limits: {
      image: firstSet(files, ({ media }) => media.image) ?? CONFIG_DEFAULTS["media.image_mb"],
      audio: firstSet(files, ({ media }) => media.audio) ?? CONFIG_DEFAULTS["media.audio_mb"],
      pdf: firstSet(files, ({ media }) => media.pdf) ?? CONFIG_DEFAULTS["media.pdf_mb"],
    },
  };
}

function historyOf(files: readonly ConfigFile[]): Config["history"] {
  return {
    events: firstSet(files, ({ history }) => history.events) ?? false,
    keepMs: firstSet(files, ({ history }) => history.keepMs),
    maxMb: firstSet(files, ({ history }) => history.maxMb),
  };
}

/** What one file requires no other one takes back. */
function strongest(levels: readonly (RequiredLevel | null)[]): RequiredLevel | null {
  return REQUIRABLE.findLast((level) => levels.includes(level)) ?? null;
}

function serversIn(layers: readonly Layer[]): readonly string[] {
  const names = layers.flatMap(({ values }) => [...values.keys()]);
  const fronts = names.flatMap(
    (name) => /^(\w+)_(?:API_BASE|BASE_URL)$/.exec(name)?.[1]?.toLowerCase() ?? [],
  );
  return [...new Set(fronts)];
}

/** Names that a file may set, with the place that wins. */
function variablesIn(layers: readonly Layer[]): ReturnType<Config["variables"]> {
  const found = new Map<string, Sourced>();
  for (const { source, values } of layers)
    for (const [name, value] of values)
      if ((USER_NAMES.test(name) || PROJECT_NAMES.test(name)) && !found.has(name))
        found.set(name, { value, source });
  return [...found].map(([name, sourced]) => ({ name, ...sourced }));
}

function firstSet<T>(files: readonly ConfigFile[], pick: (file: ConfigFile) => T | null): T | null {
  for (const file of files) {
    const value = pick(file);
    if (value !== null) return value;
  }
  return null;
}
