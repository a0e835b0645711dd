/**
 * Every client scenario of the protocol's conformance suite, for both revisions, with the
 * production client (scripts/mcp-probe.ts).
 *   bun scripts/mcp-conformance.ts [SCENARIO...]
 * Exit 1 where one fails that applies.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isObject } from "../src/core/json.ts";

const ROOT = join(import.meta.dirname, "..");
const SUITE = join(ROOT, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
const REVISIONS = ["2025-11-25", "2026-07-28"] as const;
type Revision = (typeof REVISIONS)[number];

/** Scenarios that don't apply to this client, each with why. */
export const NOT_APPLYING: Readonly<Record<string, string>> = {
  "elicitation-sep1034-client-defaults":
    "the client asks nobody anything in the middle of a call, and says so: no elicitation",
  "sep-2322-client-request-state":
    "its tools go on only after an elicitation, which is not offered",
  "auth/client-credentials-jwt": "an extension: logins of programs without a user",
  "auth/client-credentials-basic": "an extension: logins of programs without a user",
  "auth/enterprise-managed-authorization": "an extension: logins that an enterprise gives",
  "auth/dpop": "an extension: tokens that are bound to a key",
  "auth/dpop-nonce": "an extension: tokens that are bound to a key",
  "auth/wif-jwt-bearer": "an extension: logins of workloads",
  "sep-2640-client-no-prefetch": "an extension: skills",
  "sep-2640-client-verify-digest": "an extension: skills",
  "sep-2640-client-verify-size": "an extension: skills",
  "sep-2640-client-verify-frontmatter": "an extension: skills",
  "auth/2025-03-26-oauth-metadata-backcompat": "an older revision",
  "auth/2025-03-26-oauth-endpoint-fallback": "an older revision",
};

/** What became of the checks of one scenario. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly revision: Revision;
  readonly passed: number;
  /** What failed, in the suite's words. */
  readonly failed: readonly string[];
}

/** Scenarios of both revisions that apply. */
export async function listScenarios(): Promise<readonly (readonly [string, Revision])[]> {
  const { stdout } = await suite(["list", "--client"]);
  return stdout.split("\n").flatMap((line) => {
    const [, name = "", versions = ""] = /^\s*- (\S+) \[(.*)\]/.exec(line) ?? [];
    if (name === "" || Object.hasOwn(NOT_APPLYING, name)) return [];
    return REVISIONS.filter((each) => versions.includes(each)).map((each) => [name, each] as const);
  });
}

export async function runScenario(scenario: string, revision: Revision): Promise<ScenarioResult> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-conformance-"));
  const command = `${process.execPath} ${join(ROOT, "scripts/mcp-probe.ts")}`;
  const args = ["client", "--command", command, "--scenario", scenario, "-o", folder];
  await suite([...args, "--spec-version", revision, "--timeout", "120000"]);
  const found = [...new Bun.Glob("**/checks.json").scanSync(folder)];
  const checks: unknown = await Bun.file(join(folder, found[0] ?? "checks.json")).json();
  const all = Array.isArray(checks) ? checks.filter(isObject) : [];
  return {
    scenario,
    revision,
    passed: all.filter(({ status }) => status === "SUCCESS").length,
    failed: all
      .filter(({ status }) => status === "FAILURE" || status === "WARNING")
      .map(({ id, errorMessage }) => JSON.stringify([id, errorMessage ?? null])),
  };
}

async function suite(args: readonly string[]): Promise<{ readonly stdout: string }> {
  const child = Bun.spawn([process.execPath, SUITE, ...args], { stderr: "ignore" });
  const stdout = await new Response(child.stdout).text();
  await child.exited;
  return { stdout };
}

if (import.meta.main) {
  const only = process.argv.slice(2);
  const results: ScenarioResult[] = [];
  for (const [name, revision] of await listScenarios())
    if (only.length === 0 || only.includes(name)) results.push(await runScenario(name, revision));
  for (const { scenario, revision, passed, failed } of results)
    process.stdout.write(
      [`${revision} ${scenario}: ${passed} passed, ${failed.length} failed`, ...failed].join(
        "\n  ",
      ) + "\n",
    );
  for (const [scenario, why] of Object.entries(NOT_APPLYING))
    process.stdout.write(`does not apply: ${scenario}: ${why}\n`);
  const isGood = results.every(({ passed, failed }) => passed > 0 && failed.length === 0);
  process.exitCode = isGood ? 0 : 1;
}
