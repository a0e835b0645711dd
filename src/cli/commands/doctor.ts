import type { ModullmError } from "../../core/error.ts";
import type { Check } from "../../doctor/check.ts";
import type { Command } from "../command.ts";
import { type Output, paint } from "../output.ts";
import { visible } from "../../core/visible.ts";

const COLORS = { ok: 32, warning: 33, failed: 31 } as const;

export const command: Command = {
  name: "doctor",
  summary: "Check what runs need, here and at your providers, and say what to do",
  positionals: [],
  options: {},
  examples: [
    ["modullm doctor", "a line for each thing that was looked at"],
    ["modullm doctor --json", "the same for a program"],
  ],
  async run({ output, app }) {
    const { examine } = await import("../../doctor/doctor.ts");
    const faults: ModullmError[] = [];
    const checks = await examine(
      await app({ onConfigFault: (fault) => faults.push(fault) }),
      faults,
    );
    const ok = checks.every(({ status }) => status !== "failed");
    if (output.wantsJson) output.json({ ok, checks });
    else output.text(checks.map((check) => lineOf(check, output)).join("\n"));
    return ok ? 0 : 1;
  },
};

function lineOf({ name, status, message, hint }: Check, output: Output): string {
  const color = output.color && output.terminal.stdoutIsTty;
  const line = `${paint(color, COLORS[status], status.padEnd(8))}${name}: ${visible(message)}`;
  return hint === null ? line : `${line}\n        ${hint}`;
}
