import { constants } from "node:fs";
import { access, mkdir, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { App } from "../workspace.ts";
import { type ModullmError, toModullmError } from "../core/error.ts";
import { awsCredentials } from "../model/bedrock/credentials.ts";
import { PROVIDERS } from "../model/providers.ts";
import { googleCredentials } from "../model/vertex/credentials.ts";
import type { Level } from "../core/sandbox-level.ts";
import type { Language } from "../sandbox/offers.ts";
import type { Check } from "./check.ts";
import { reachability } from "./reachability.ts";
import type { SandboxStatus } from "../sandbox/sandboxes.ts";

/** Free bytes under which a disk counts as full. */
const LEAST_FREE = 100 * 1024 * 1024;

/**
 * Looks at what runs need, on this machine and at the providers whose keys are set. Nothing is
 * changed but that the data folder is made; nothing is paid; no key is shown.
 * @param faults configuration files that can't be used: the rest is looked at without them
 */
export async function examine(
  app: App,
  faults: readonly ModullmError[] = [],
): Promise<readonly Check[]> {
  return [
    ...(faults.length > 0 ? faults.map(brokenFile) : [configuration(app)]),
    keys(app),
    await dataFolder(app),
    await statistics(app),
    sandbox(await statusOf("python", app)),
    sandbox(await statusOf("js", app)),
    ...(await reachability(app)),
  ];
}

async function statusOf(language: Language, app: App): Promise<SandboxStatus> {
  const permit = (level: Level | null): void => app.permitSandbox(language, level);
  return await app.tools.sandboxes.status(language, { permit });
}

function brokenFile({ message, hint, details }: ModullmError): Check {
  const { line } = details;
  const where = typeof line === "number" ? ` (line ${line})` : "";
  return { name: "configuration", status: "failed", message: `${message}${where}`, hint };
}

function configuration({ config }: App): Check {
  const { warnings } = config;
  if (warnings.length > 0)
    return {
      name: "configuration",
      status: "warning",
      message: warnings.join(" "),
      hint: "Correct it, or remove it.",
    };
  return ok("configuration", `no mistakes; looked in ${config.checkedSources.join(", ")}`);
}

/** Credentials with which calls are made where there is no key. */
function accounts(config: App["config"]): readonly string[] {
  const google = googleCredentials(config);
  return [
    ...(awsCredentials(config) === null ? [] : ["credentials of AWS, for bedrock/…"]),
    ...(google.ok ? [`credentials of Google Cloud, for vertex/… (${google.path})`] : []),
  ];
}

/** A key of any provider; which one a program needs is told when it runs. */
function keys({ config }: App): Check {
  const named = Object.values(config.providers).flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []);
  const known = [...new Set([...PROVIDERS.flatMap(({ keys: names }) => names), ...named])].flatMap(
    (name) => {
      const found = config.get(name);
      return found ? [`${name} (${found.source})`] : [];
    },
  );
  const found = [...known, ...accounts(config)];
  if (found.length > 0) return ok("keys", found.join(", "));
  const hint =
    "Set the key of your provider, such as OPENAI_API_KEY, or use a local model; `modullm " +
    "help credentials` tells more.";
  return { name: "keys", status: "warning", message: "no key of a provider is set", hint };
}

async function dataFolder({ config, permit }: App): Promise<Check> {
  const name = "data folder";
  const { data } = config.paths;
  try {
    permit("write", data);
    await mkdir(data, { recursive: true });
    await access(data, constants.W_OK);
    const { bavail, bsize } = await statfs(dirname(data));
    const free = bavail * bsize;
    const message = `${data}, ${(free / 1024 ** 3).toFixed(1)} GiB free`;
    if (free >= LEAST_FREE) return ok(name, message);
    return {
      name,
      status: "warning",
      message,
      hint: "Free some space: runs can't be recorded on a full disk.",
    };
  } catch (thrown) {
    const message =
      `${data} can't be written: ` + (thrown instanceof Error ? thrown.message : String(thrown));
    return {
      name,
      status: "failed",
      message,
      hint: "Correct its rights, or set XDG_DATA_HOME to another folder.",
    };
  }
}

async function statistics(app: App): Promise<Check> {
  try {
    const { runs } = await app.store();
    const rows = await runs.summaries({ path: null, model: null });
    const programs = new Set(rows.map(({ path }) => path)).size;
    return ok("statistics", `${programs} ${programs === 1 ? "program" : "programs"} on record`);
  } catch (thrown) {
    const error = toModullmError(thrown);
    return { name: "statistics", status: "failed", message: error.message, hint: error.hint };
  }
}

function sandbox({ language, level, engine, reason, required }: SandboxStatus): Check {
  const name = language === "python" ? "Python blocks" : "JavaScript blocks";
  const by = engine === null ? "" : ` by ${engine}`;
  if (level !== null)
    return ok(
      name,
      `run at level "${level}"${by}${required === null ? "" : `, "${required}" is required`}`,
    );
  const hint =
    "Programs without such blocks run all the same; docs/blocks.md tells how to allow them.";
  return {
    name,
    status: "warning",
    message: `are refused: ${reason ?? "there is no sandbox"}`,
    hint,
  };
}

function ok(name: string, message: string): Check {
  return { name, status: "ok", message, hint: null };
}
