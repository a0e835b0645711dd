import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../../plugins/sdk/protocol.ts";
import { CHECKS, testPlugin } from "../../src/plugin/conformance/suite.ts";
import { type Report, type SuiteOptions } from "../../src/plugin/conformance/report.ts";
import { readManifest, startCommand } from "../../src/plugin/manifest.ts";
import { TOOL } from "./wayward-tool.ts";

const ROOT = join(import.meta.dir, "../..");
const ENV = { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" };
const PAGE = readFileSync(join(ROOT, "docs/plugins.md"), "utf8");
/** Plugins at one time. */
const LANES = 6;

function wayward(fault: string, options: SuiteOptions): Promise<Report> {
  const args = [join(import.meta.dir, "wayward-plugin.ts"), fault];
  return testPlugin({ command: process.execPath, args, env: ENV, cwd: ROOT }, options);
}

test("docs/plugins.md says how many checks there are", () => {
  expect(PAGE).toContain(`runs ${CHECKS.length} checks`);
});

test.each([
  ["typescript", "echo.ts"],
  ["python", "echo.py"],
  ["bash", "echo.sh"],
])(
  "docs/plugins.md shows the echo plugin in %s as it is, in less than 40 lines",
  (language, main) => {
    for (const file of ["modullm-plugin.json", main]) {
      const text = readFileSync(join(ROOT, "plugins/echo", language, file), "utf8");
      expect(text.split("\n").length).toBeLessThanOrEqual(40);
      expect(PAGE).toContain(` echo/${file}\n${text}\`\`\`\n`);
    }
  },
);

test.each([
  ["typescript", ["modullm-plugin.json", "counter.ts"]],
  ["python", ["counter.py"]],
  ["bash", ["counter.sh"]],
])("docs/plugins.md shows the counter plugin in %s as it is", (language, files) => {
  for (const file of files) {
    const text = readFileSync(join(ROOT, "plugins/counter", language, file), "utf8");
    expect(PAGE).toContain(` counter/${file}\n${text}\`\`\`\n`);
  }
});

test("the ids of the checks are there once each, and there are more than forty", () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  expect(ids.length).toBeGreaterThan(100);
});

/** A word every 5 milliseconds, so that there is something to cancel. */
const SLOWLY = { delay_ms: 5 };

describe.each([
  ["typescript", SLOWLY],
  ["python", SLOWLY],
  ["bash", null],
] as const)("the echo plugin in %s", (language, settings) => {
  test("passes every check that it is not skipped for", async () => {
    const loaded = await readManifest(join(ROOT, "plugins/echo", language));
    const command = startCommand(loaded, { executable: process.execPath, env: ENV });
    const report = await testPlugin(command, {
      manifest: loaded.manifest,
      ...(settings === null ? {} : { settings }),
    });
    expect(report.checks.filter(({ status }) => status === "failed")).toEqual([]);
    const { passed, failed, skipped } = report;
    const slowly = settings === null ? "" : ` --settings '{"delay_ms": 5}'`;
    const row = `| ${passed} | ${failed} | ${skipped} | \`modullm plugins test plugins/echo/${language}${slowly}\` |`;
    expect(PAGE.split("\n").filter((line) => line.includes("plugins test"))).toContainEqual(
      expect.stringContaining(row),
    );
  }, 180_000);
});

/** Of the wayward plugin. */
const MANIFEST: Manifest = {
  name: "wayward",
  version: "1",
  description: "For tests.",
  language: "typescript",
  interface_version: 2,
  command: { default: ["wayward-plugin.ts"] },
  provides: [
    "chat",
    "embed",
    "models/list",
    "models/pull",
    "rerank",
    "tokens/count",
    "tools/list",
    "tools/call",
  ],
  tools: [TOOL],
};

describe("a plugin that does one thing wrong", () => {
  const outcomes = new Map<string, Report["checks"][number] | undefined>();

  beforeAll(async () => {
    const left = CHECKS.map(({ id }) => id);
    const lane = async (): Promise<void> => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        const settings = id === "start/no-settings" ? { settings: { a: 1 } } : {};
        const manifest = id === "tools/as-in-manifest" ? { manifest: MANIFEST } : {};
        const { checks } = await wayward(id, {
          only: id,
          patience: 1500,
          ...settings,
          ...manifest,
        });
        outcomes.set(
          id,
          checks.find((check) => check.id === id),
        );
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }, 240_000);

  test.each(CHECKS.map(({ id }) => id))("fails %s", (id) => {
    const outcome = outcomes.get(id);
    expect({ status: outcome?.status, reason: outcome?.reason }).toEqual({
      status: "failed",
      reason: expect.any(String),
    });
  });

  test("passes all of them when it does nothing wrong", async () => {
    const options = { settings: { a: 1 }, manifest: MANIFEST, patience: 1500 };
    const { checks } = await wayward("", options);
    expect(checks.filter(({ status }) => status !== "passed")).toMatchObject([
      { id: "messages/not-provided", status: "skipped" },
    ]);
  }, 180_000);
});

describe("a program that is no plugin", () => {
  test.each([
    ["/bin/cat", []],
    ["/bin/false", []],
    ["no-such-program-at-all", []],
    ["/bin/sh", ["-c", "echo hello; sleep 30"]],
  ] as const)(
    "%s %p fails, and says why",
    async (command, args) => {
      const report = await testPlugin(
        { command, args, env: ENV, cwd: ROOT },
        { only: "t", patience: 1500 },
      );
      expect(report).toMatchObject({ ok: false, plugin: null, model: null });
      const [first] = report.checks.filter(({ id }) => id === "start/in-time");
      expect(first?.status).toBe("failed");
      expect(first?.reason).toMatch(
        /was not answered|second answer|not an object|status|not found/,
      );
      const others = report.checks.filter(
        ({ id }) => !/^(?:start\/in-time|stdout|errors|log)/.test(id),
      );
      expect(new Set(others.map(({ status }) => status))).toEqual(new Set(["skipped"]));
    },
    60_000,
  );
});
