import type { CheckResult, Report } from "../../plugin/conformance/report.ts";
import { paint } from "../output.ts";
import { visible } from "../../core/visible.ts";

const COLORS = { passed: 32, failed: 31, skipped: 33 } as const;
const WIDTH = 12;
/** Skipped checks of one reason that are named each. */
const MOST_LISTED = 8;

type Status = CheckResult["status"];

/**
 * The report of `plugins test` for people: a line for each group of checks, then what was not
 * passed.
 */
export function reportTable(report: Report, { color }: { readonly color: boolean }): string {
  const { plugin, checks, model } = report;
  const groups = Map.groupBy(checks, ({ id }) => id.split("/")[0] ?? "");
  const rows = [...groups].map(([group, members]) => {
    const cells = (["passed", "failed", "skipped"] as const).map((status) => {
      const count = countOf(members, status);
      return count === 0
        ? " ".repeat(WIDTH)
        : paint(color, COLORS[status], `${count} ${status}`.padEnd(WIDTH));
    });
    return `${group.padEnd(WIDTH)}${cells.join("")}`.trimEnd();
  });
  const about =
    plugin === null
      ? "It can't be begun with."
      : `${plugin.name} ${plugin.version} provides ${plugin.provides.join(", ")}; asked for ` +
        `${model ?? "no model"}.`;
  return [
    visible(about),
    "",
    ...rows,
    "",
    ...linesOf(checks, "skipped", color),
    ...linesOf(checks, "failed", color),
    `${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`,
  ].join("\n");
}

function countOf(checks: readonly CheckResult[], status: Status): number {
  return checks.filter((check) => check.status === status).length;
}

/** One line for each check; skips with one reason share theirs. */
function linesOf(
  checks: readonly CheckResult[],
  status: Status,
  color: boolean,
): readonly string[] {
  const mark = paint(color, COLORS[status], status);
  const chosen = checks.filter((check) => check.status === status);
  const lines =
    status === "failed"
      ? chosen.map(
          ({ id, wants, reason }) =>
            `${mark} ${id}: a plugin ${wants}. Here: ${visible(reason ?? "")}`,
        )
      : [...Map.groupBy(chosen, ({ reason }) => reason ?? "")].map(
          ([reason, members]) => `${mark} ${listed(members)}: ${visible(reason)}`,
        );
  return lines.length === 0 ? [] : [...lines, ""];
}

function listed(members: readonly CheckResult[]): string {
  const ids = members.map(({ id }) => id);
  const [first = ""] = ids;
  const more = ids.length > MOST_LISTED ? ` and ${ids.length - 1} others` : "";
  return more === "" ? ids.join(", ") : `${first}${more}`;
}
