import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { testPlugin } from "../../src/plugin/conformance/suite.ts";
import { type Report, type SuiteOptions } from "../../src/plugin/conformance/report.ts";
import { makeFolder } from "../cli/command-line.ts";

/** A plugin of a few lines that lists models and chats; `#` lines are replaced by a test's own. */
const PLUGIN = `import json, os, sys
n = 0
def put(message):
    sys.stdout.buffer.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\\n")
    sys.stdout.flush()
for line in sys.stdin.buffer:
    try:
        m = json.loads(line.decode())
        json.dumps(m, ensure_ascii=False).encode()
    except ValueError:
        put({"id": None, "error": {"code": -32700, "message": "that is no JSON"}})
        continue
    if "id" not in m:
        continue
    id, method, p = m["id"], m["method"], m.get("params", {})
    if method == "initialize":
        r = {"protocol_version": 1, "name": "order", "version": "1.0.0", "provides": ["models/list", "chat"]}
    elif method == "models/list":
        n += 1
        r = {"models": [{"name": "a", "window": None}]}
    elif method == "chat":
        r = {"reason": "stop", "usage": None, "served": None}
        if p["model"] != "a":
            put({"id": id, "error": {"code": -32001, "message": "no", "data": {"model": p["model"]}}})
            continue
        for key in p["params"]:
            note = {"type": "note", "message": "ignores " + key}
            put({"method": "chat/part", "params": {"id": id, "part": note}})
        put({"method": "chat/part", "params": {"id": id, "part": {"type": "text", "text": "hi"}}})
    else:
        r = {"ok": True}
    put({"id": id, "result": r})
    if method == "shutdown":
        break
`;

async function reportOn(
  changes: readonly (readonly [string, string])[],
  options: SuiteOptions = {},
  before = "exec ",
): Promise<Report> {
  let code = PLUGIN;
  for (const [from, to] of changes) {
    expect(code).toContain(from);
    code = code.replaceAll(from, to);
  }
  const folder = makeFolder({});
  writeFileSync(join(folder, "plugin.py"), code);
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder };
  const command = { command: "sh", args: ["-c", `${before}python3 plugin.py`], env, cwd: folder };
  return await testPlugin(command, { patience: 3000, ...options });
}

function outcome(report: Report, id: string): [string, string | null] {
  const found = report.checks.find((check) => check.id === id);
  return [found?.status ?? "missing", found?.reason ?? null];
}

describe("a plugin whose keys come in another order each time", () => {
  test("lists the same models", async () => {
    const either = `[{"name": "a", "window": None} if n % 2 else {"window": None, "name": "a"}]`;
    const report = await reportOn([[`[{"name": "a", "window": None}]`, either]], {
      only: "models/",
    });
    expect(report.failed).toBe(0);
  });

  test("is told in what its lists differ", async () => {
    const report = await reportOn([[`"window": None}`, `"window": n * 1000}`]], {
      only: "models/same-again",
    });
    expect(outcome(report, "models/same-again")).toEqual([
      "failed",
      'it listed {"name":"a","window":1000} at first, and {"name":"a","window":2000} later',
    ]);
  });
});

test("an error without an id ends the wait of the check that provoked it, and of no other", async () => {
  const report = await reportOn([]);
  expect(outcome(report, "chat/half-a-pair")).toEqual([
    "failed",
    'it answered "chat" with the id null and -32700: that is no JSON',
  ]);
  expect(outcome(report, "cancel/too-late")[0]).toBe("passed");
  expect(outcome(report, "stdout/asked-only")[0]).toBe("passed");
}, 180_000);

test.each([
  ["a string", `str(m["id"])`, 'with the id "1", a string'],
  ["another number", `m["id"] + 0.5`, "with the id 1.5"],
  ["null", "None", "with the id null"],
  ["a list", `[m["id"]]`, "with the id [1]"],
])("an id that is %s is told to the check that waits", async (_, id, how) => {
  const wrong: [string, string] = [`id, method, p = m["id"]`, `id, method, p = ${id}`];
  const report = await reportOn([wrong], { only: "start/" });
  expect(outcome(report, "start/in-time")[1]).toBe(
    `it answered ${how}; the id of the request was the number 1`,
  );
});

describe("what goes wrong before the first chat", () => {
  const unavailable: [string, string] = [
    `        n += 1
`,
    `        put({"id": id, "error": {"code": -32003, "message": "no server"}})
        continue
`,
  ];

  test("stands under the check of the method that failed", async () => {
    const start = await reportOn([unavailable], { only: "start/in-time" });
    expect(outcome(start, "start/in-time")[0]).toBe("passed");
    const report = await reportOn([unavailable], { only: "models/" });
    expect(outcome(report, "models/lists")[1]).toBe(
      'it answered "models/list" with the error -32003: no server; what stands behind it must run, or be named with --settings',
    );
    expect(outcome(report, "models/names")).toEqual(["skipped", "its models can't be listed"]);
  });

  test("is output that was not flushed, where an answer comes with the end of the input", async () => {
    const report = await reportOn([["    sys.stdout.flush()\n", ""]], { only: "start/in-time" });
    expect(outcome(report, "start/in-time")[1]).toContain(
      "an answer came only when its input was closed: write out each line at once (flush)",
    );
  });

  test("is told with the last lines of the log", async () => {
    const crash = `import json, os, sys\nsys.stderr.write("can't locate LWP\\n  in @INC\\nfailed\\n"); sys.exit(2)`;
    const report = await reportOn([["import json, os, sys", crash]], { only: "start/in-time" });
    expect(outcome(report, "start/in-time")[1]).toContain(
      'its log ends with "can\'t locate LWP", "  in @INC", "failed"',
    );
  });

  test("is a line that nobody asked for, which is shown", async () => {
    const report = await reportOn([], { only: "start/silent" }, "echo Loading; exec ");
    expect(outcome(report, "start/silent")[1]).toBe('it wrote a line: "Loading"');
  });
});

test("a plugin that passes over cancel is not said to cancel where its model was quick", async () => {
  const report = await reportOn([], { only: "cancel/" });
  for (const id of ["cancel/under-way", "cancel/at-once", "cancel/many", "cancel/one-of-two"]) {
    expect(outcome(report, id)).toEqual([
      "skipped",
      "it answered in full, as without a cancel: try a slower one",
    ]);
  }
});

test.each([
  ["encodes its output twice", ".encode().decode('latin-1').encode()"],
  ["has no place for what two surrogates make", `.replace("\\U0001f999", "\\ufffd").encode()`],
  ["takes letters and accents apart", ".replace('\\u00f9', 'u\\u0300').encode()"],
])("a plugin that %s fails where a text comes back by rule", async (_, encoded) => {
  const written = `json.dumps(m_, ensure_ascii=False)${encoded}`;
  const report = await reportOn(
    [
      [`json.dumps({"jsonrpc": "2.0", **message}).encode()`, written],
      ["def put(message):\n", 'def put(message):\n    m_ = {"jsonrpc": "2.0", **message}\n'],
    ],
    { only: "chat/unknown" },
  );
  expect(outcome(report, "chat/unknown-model")[0]).toBe("failed");
  expect(outcome(report, "chat/unknown-param-told")[0]).toBe("failed");
});

test("as many requests come at once as the protocol's page says, and how many were answered", async () => {
  const drops = `    if method == "health" and id % 40 == 0:\n        continue\n    if method == "initialize":`;
  const report = await reportOn([[`    if method == "initialize":`, drops]], {
    only: "messages/several-at-once",
    patience: 1000,
  });
  expect(outcome(report, "messages/several-at-once")[1]).toMatch(
    /^6\d of 64 were answered, and no other within 1 s$/,
  );
});
