import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ModullmError } from "../../src/core/error.ts";
import { programOf } from "../../src/program/parse.ts";

interface Case {
  name: string;
  text?: string;
  front?: Record<string, unknown>;
  raw?: string;
  body?: string;
  program?: object;
  error?: string;
  details?: object;
  message?: string;
  warnings?: string[];
}

const BASE = {
  name: "base",
  description: "d",
  version: "0.1.0",
  author: "a",
  max_context_window: 1000,
  input_schema: {
    type: "object",
    properties: { text: { type: "string" } },
    additionalProperties: false,
  },
  output_schema: {
    type: "object",
    properties: { out: { type: "string" } },
    required: ["out"],
    additionalProperties: false,
  },
  llm: { model: "local/test" },
  llm_params: {},
};

function textOf({ text, front = {}, raw = "", body = "Hi" }: Case): string {
  if (text !== undefined) return text;
  const written = raw.split("\n").flatMap((line) => /^([a-z_]+):/.exec(line)?.[1] ?? []);
  const kept = Object.entries({ ...BASE, ...front }).filter(([key]) => !written.includes(key));
  const lines = kept.map(
    ([key, value]) =>
      `${key}: ${stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim()}`,
  );
  return `---\n${[...lines, ...(raw === "" ? [] : [raw])].join("\n")}\n---\n${body}`;
}

const cases = parse(readFileSync(join(import.meta.dir, "parse.yaml"), "utf8")) as Case[];

for (const spec of cases) {
  test(`programOf(): ${spec.name}`, () => {
    if (spec.error === undefined) {
      const program = programOf(textOf(spec), { path: "x.rllm" });
      if (spec.program) expect(program).toMatchObject(spec.program);
      const messages = program.warnings.map((warning) => warning.message);
      expect(messages, messages.join("\n")).toHaveLength(spec.warnings?.length ?? 0);
      for (const part of spec.warnings ?? [])
        expect(
          messages.some((message) => message.includes(part)),
          `${part} in ${messages.join("\n")}`,
        ).toBe(true);
      return;
    }
    let error: unknown;
    try {
      programOf(textOf(spec), { path: "x.rllm" });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ModullmError);
    const { code, details, message } = error as ModullmError;
    expect(`${code} ${message}`).toStartWith(spec.error);
    if (spec.details) expect(details).toMatchObject(spec.details);
    if (spec.message) expect(message).toContain(spec.message);
    if (code === "RLLM_001") expect(details["path"]).toBe("x.rllm");
  });
}
