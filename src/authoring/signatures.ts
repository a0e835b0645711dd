import { pascal, schemaToPython } from "../contract/python-types.ts";
import { schemaToTypeScript } from "../contract/typescript.ts";
import type { JsonSchema } from "../contract/contract.ts";
import { writeJson } from "../core/json.ts";

/** A program as others call it. */
export interface Signature {
  readonly name: string;
  readonly description: string;
  readonly input: JsonSchema;
  readonly output: JsonSchema;
}

export const LANGUAGES = ["ts", "python", "json"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a file of signatures is called beside its program. */
export const ENDINGS: Readonly<Record<Language, string>> = {
  // What TypeScript looks for beside `NAME.rllm`, with `allowArbitraryExtensions`.
  ts: ".d.rllm.ts",
  python: "_types.py",
  json: ".types.json",
};

const MADE = "Written by `modullm types`.";

/** Typed signatures of programs, as one file. */
export function signaturesText(signatures: readonly Signature[], language: Language): string {
  if (language === "json") return `${writeJson(signatures, 2)}\n`;
  return language === "ts" ? typescript(signatures) : python(signatures);
}

/** One program is the module's default; several are functions by their names. */
function typescript(signatures: readonly Signature[]): string {
  const parts = signatures.map((signature) => {
    const { name, description, input, output } = signature;
    const type = pascal(name);
    const call = type.charAt(0).toLowerCase() + type.slice(1);
    const isOnly = signatures.length === 1;
    return `export type ${type}Input = ${schemaToTypeScript(input)};

export type ${type}Output = ${schemaToTypeScript(output)};

/** ${description.replaceAll("*/", "*\\/").replaceAll("\n", " ")} */
export ${isOnly ? "default " : "declare "}function ${call}(
  input: ${type}Input,
  options?: RunOptions,
): Promise<${type}Output>;`;
  });
  return `// ${MADE}\nimport type { RunOptions } from "modullm";\n\n${parts.join("\n\n")}\n`;
}

function python(signatures: readonly Signature[]): string {
  const parts = signatures.map(({ name, description, input, output }) => {
    const type = pascal(name);
    const given = schemaToPython(input, `${type}Input`);
    const gives = schemaToPython(output, `${type}Output`);
    return [
      ...given.declarations,
      ...gives.declarations,
      [
        `class ${type}(Protocol):`,
        `    ${writeJson(description)}`,
        "",
        `    def __call__(self, input: ${given.type}) -> ${gives.type}: ...`,
      ].join("\n"),
    ].join("\n\n\n");
  });
  return [
    `# ${MADE}`,
    "from typing import Any, Literal, Never, NotRequired, Protocol, TypedDict",
    "",
    "",
    parts.join("\n\n\n"),
    "",
  ].join("\n");
}
