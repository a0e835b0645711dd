import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "../../../plugins/sdk/protocol.ts";
import { PROTOCOL_VERSION } from "../../../plugins/sdk/protocol.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ProcessCommand } from "../../process/process.ts";
import { abilityChecks } from "./abilities.ts";
import { cancelChecks } from "./cancel.ts";
import { chatTrafficChecks } from "./chat-traffic.ts";
import { chatChecks } from "./chat.ts";
import type { Check } from "./check.ts";
import { embedChecks } from "./embed.ts";
import { endChecks } from "./ending.ts";
import { lineChecks } from "./lines.ts";
import { messageChecks } from "./messages.ts";
import { Stand } from "./stand.ts";
import { startChecks } from "./start.ts";
import { wholeChecks } from "./whole.ts";

/** The conformance suite, in its order. */
export const CHECKS: readonly Check[] = [
  ...startChecks,
  ...messageChecks,
  ...lineChecks,
  ...abilityChecks,
  ...embedChecks,
  ...chatChecks,
  ...chatTrafficChecks,
  ...cancelChecks,
  ...endChecks,
  ...wholeChecks,
];

export interface SuiteOptions {
  /** What it is compared with. @default nothing */
  readonly manifest?: Manifest | null;
  /** @default none */
  readonly settings?: JsonObject;
  /** The model that is asked. @default the first that it lists */
  readonly model?: string | null;
  /** The model that is asked for vectors. @default `model` */
  readonly embedModel?: string | null;
  /** Only checks whose id contains this. @default all */
  readonly only?: string;
  /** Milliseconds that an answer may take. @default 30000 */
  readonly patience?: number;
  /** Ends the checks, with its reason, and all processes. */
  readonly signal?: AbortSignal;
}

export interface CheckResult {
  readonly id: string;
  readonly wants: string;
  readonly status: "passed" | "failed" | "skipped";
  /** What was found instead, or why it was skipped; null when passed. */
  readonly reason: string | null;
  readonly ms: number;
}

/** What a plugin says of itself, and how every check ended. */
export interface Report {
  readonly ok: boolean;
  readonly plugin: {
    readonly name: string;
    readonly version: string;
    readonly provides: readonly string[];
  } | null;
  readonly protocol_version: number;
  readonly model: string | null;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly checks: readonly CheckResult[];
}

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
