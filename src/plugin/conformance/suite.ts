import type { SuiteOptions, CheckResult, Report } from "./report.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROTOCOL_VERSION } from "../../../plugins/sdk/protocol.ts";
import type { ProcessCommand } from "../../process/process.ts";
import { abilityChecks } from "./abilities.ts";
import { cancelChecks } from "./cancel.ts";
import { chatToolChecks } from "./chat-tools.ts";
import { chatTrafficChecks } from "./chat-traffic.ts";
import { chatChecks } from "./chat.ts";
import type { Check } from "./check.ts";
import { embedChecks } from "./embed.ts";
import { rerankChecks } from "./rerank.ts";
import { endChecks } from "./ending.ts";
import { lineChecks } from "./lines.ts";
import { messageChecks } from "./messages.ts";
import { Stand } from "./stand.ts";
import { startChecks } from "./start.ts";
import { toolTrafficChecks } from "./tool-traffic.ts";
import { toolChecks } from "./tools.ts";
import { wholeChecks } from "./whole.ts";

/** The conformance suite, in its order. */
export const CHECKS: readonly Check[] = [
  ...startChecks,
  ...messageChecks,
  ...lineChecks,
  ...abilityChecks,
  ...embedChecks,
  ...rerankChecks,
  ...chatChecks,
  ...chatTrafficChecks,
  ...chatToolChecks,
  ...toolChecks,
  ...toolTrafficChecks,
  ...cancelChecks,
  ...endChecks,
  ...wholeChecks,
];

/**
 * Runs the checks against a program, one after the other. Nothing of the program is believed; its
 * processes are ended.
 * @param told called after each check, for those who watch
 */
export async function testPlugin(
  command: ProcessCommand,
  options: SuiteOptions = {},
  told: (result: CheckResult, at: number, of: number) => void = () => {},
): Promise<Report> {
  const chosen = CHECKS.filter(({ id }) => id.includes(options.only ?? ""));
  const dataFolder = await mkdtemp(join(tmpdir(), "modullm-plugin-tést "));
  const stand = new Stand(command, options, dataFolder);
  const results: CheckResult[] = [];
  const stop = (): void => void stand.close();
  options.signal?.addEventListener("abort", stop);
  try {
    const broken = await stand.meet();
    for (const check of chosen) {
      options.signal?.throwIfAborted();
      const start = performance.now();
      const { status, reason } = await stand.judge(check, broken);
      // What it ends in with its processes gone says nothing about the plugin.
      options.signal?.throwIfAborted();
      const result = {
        id: check.id,
        wants: check.wants,
        status,
        reason,
        ms: Math.round(performance.now() - start),
      };
      results.push(result);
      told(result, results.length, chosen.length);
    }
  } finally {
    options.signal?.removeEventListener("abort", stop);
    await stand.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
  const count = (status: CheckResult["status"]): number =>
    results.filter((each) => each.status === status).length;
  const { initialized, model } = stand.facts;
  const { name, version, provides } = initialized;
  return {
    ok: count("failed") === 0 && count("passed") > 0,
    plugin: name === "" ? null : { name, version, provides },
    protocol_version: PROTOCOL_VERSION,
    model,
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    checks: results,
  };
}
