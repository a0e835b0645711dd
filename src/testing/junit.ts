import type { TestLine, TestReport } from "./report.ts";

/** The report as JUnit's XML, which CI systems read: a suite a file. */
export function junit({ results, tests, failed }: TestReport): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) =>
    suite(
      file,
      results.filter((each) => each.file === file),
    ),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="modullm" tests="${tests}" failures="${failed}">`,
    ...suites,
    "</testsuites>\n",
  ].join("\n");
}

function suite(file: string, results: readonly TestLine[]): string {
  const failed = results.filter(({ ok }) => !ok).length;
  return [
    `  <testsuite name="${escape(file)}" tests="${results.length}" failures="${failed}" ` +
      'errors="0">',
    ...results.map(testcase),
    "  </testsuite>",
  ].join("\n");
}

function testcase({ name, program, model, round, ok, unmet, figures }: TestLine): string {
  const title = escape(`${name} (${model}${round > 1 ? `, ${round}` : ""})`);
  const seconds = (figures.latency_ms / 1000).toFixed(3);
  const head = `    <testcase name="${title}" classname="${escape(program)}" time="${seconds}"`;
  if (ok) return `${head}/>`;
  const [first] = unmet;
  const message = escape(`${first?.subject}: ${first?.reason}`);
  const all = unmet.map(({ subject, reason }) => `${subject}: ${reason}`).join("\n");
  return [
    `${head}>`,
    `      <failure message="${message}">${escape(all)}</failure>`,
    "    </testcase>",
  ].join("\n");
}

/** Letters that XML can't have are shown as a replacement character. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}
