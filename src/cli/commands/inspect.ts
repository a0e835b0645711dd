import { type Inspection, inspectProgram } from "../../library/inspect.ts";
import type { Command } from "../command.ts";

export const command: Command = {
  name: "inspect",
  summary: "Show what a program is: contracts, model, parameters, what it uses",
  positionals: [{ name: "FILE", description: "The .rllm program", required: true }],
  options: {
    format: {
      type: "enum",
      options: ["json", "text", "mermaid", "typescript"],
      default: "json",
      description: "How to show it; mermaid draws what it uses, typescript declares its types",
    },
  },
  examples: [
    ["modullm inspect examples/summary.rllm", "as JSON"],
    ["modullm inspect examples/brief.rllm --format mermaid", "a diagram of what it uses"],
    ["modullm inspect examples/summary.rllm --format typescript", "types for the library"],
  ],
  async run({ positionals, options, output, resolve }) {
    const [file = ""] = positionals;
    const inspection = await inspectProgram(resolve(file));
    const format = options.text("format");
    if (format === "mermaid") output.text(mermaid(inspection));
    else if (format === "typescript") output.text(await declarations(inspection));
    else if (format === "text") output.text(await readable(inspection));
    else output.json(inspection);
    return 0;
  },
};

async function readable(inspection: Inspection): Promise<string> {
  const { sketchSchema } = await import("../../contract/sketch.ts");
  const { llm, llm_params: params } = inspection;
  return [
    `${inspection.name} ${inspection.version} by ${inspection.author}`,
    inspection.description,
    "",
    `model   ${typeof llm["model"] === "string" ? llm["model"] : ""}${Object.keys(params).length > 0 ? ` ${JSON.stringify(params)}` : ""}`,
    `window  ${inspection.max_context_window} tokens`,
    ...inspection.uses.map(
      (use) => `uses    ${use.name}: ${use.path}${use.missing === null ? "" : ` (missing: ${use.missing})`}`,
    ),
    ...(inspection.tags.length > 0 ? [`tags    ${inspection.tags.join(", ")}`] : []),
    "",
    "input",
    sketchSchema(inspection.input_schema),
    "",
    "output",
    sketchSchema(inspection.output_schema),
  ].join("\n");
}

async function declarations(inspection: Inspection): Promise<string> {
  const { schemaToTypeScript } = await import("../../contract/typescript.ts");
  const words = inspection.name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const name = words
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")
    .replace(/^(?=\d|$)/, "Program");
  const { input_schema: input, output_schema: output } = inspection;
  return `export type ${name}Input = ${schemaToTypeScript(input)};\n\nexport type ${name}Output = ${schemaToTypeScript(output)};`;
}

function mermaid({ name, uses }: Inspection): string {
  const lines = ["flowchart TD", `  root["${label(name)}"]`];
  for (const [index, use] of uses.entries()) {
    lines.push(
      `  use${index}["${label(use.name)}${use.missing === null ? "" : " (missing)"}"]`,
      `  use${index} --> root`,
    );
  }
  return lines.join("\n");
}

function label(text: string): string {
  return text.replaceAll('"', "#quot;");
}
