import type { ModelRow, TestLine, TestReport } from "../../testing/report.ts";
import { visible } from "../../core/visible.ts";
import { type Output, paint } from "../output.ts";
import { duration } from "./plot.ts";
import { dollars } from "./quantity.ts";

/** One test that has ended, with what was not as expected. */
export function testText({ color }: Output, line: TestLine, many: boolean): string {
  const { ok, file, name, model, round, unmet } = line;
  const mark = ok ? paint(color, 32, "pass") : paint(color, 31, "FAIL");
  const which = [...(many ? [model] : []), ...(round > 1 ? [`round ${round}`] : [])];
  const title = `${mark}  ${file}: ${name}${which.length > 0 ? ` (${which.join(", ")})` : ""}`;
  const reasons = unmet.map(({ subject, reason }) => `      ${subject}: ${visible(reason)}`);
  return [title, ...reasons].join("\n");
}

export function reportText(report: TestReport): string {
  const { tests, passed, failed, models, unused_recordings: unused } = report;
  const counts = `${passed} of ${tests} passed${failed > 0 ? `, ${failed} failed` : ""}`;
  const notes = Object.entries(unused).map(
    ([path, count]) =>
      `${count} ${count === 1 ? "recording" : "recordings"} of ${path} served no test`,
  );
  const table = models.length > 1 || report.results.some(({ round }) => round > 1);
  return [...(table ? ["", ...rowsText(models), ""] : []), counts, ...notes].join("\n");
}

const HEAD = ["model", "pass", "95 %", "cost", "p50", "repairs"];

function rowsText(models: readonly ModelRow[]): readonly string[] {
  const rows = [
    HEAD,
    ...models.map((row) => [
      row.model,
      `${row.passed}/${row.tests}`,
      row.interval.map((share) => `${Math.round(100 * share)} %`).join(" – "),
      dollars(row.cost_usd),
      duration(row.p50_ms),
      String(row.repairs),
    ]),
  ];
  const widths = HEAD.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
