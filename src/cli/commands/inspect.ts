import { type Inspection, inspectProgram } from "../../library/inspect.ts";
import type { LibraryPath } from "../../library/names.ts";
import type { KnowTools } from "../../library/tool-check.ts";
import type { Command } from "../command.ts";
import { visible } from "../../core/visible.ts";
import { writeJson } from "../../core/json.ts";

export const command: Command = {
  name: "inspect",
  summary: "Show what a program is: contracts, model, parameters, what it uses",
  positionals: [
    { name: "FILE", description: "The .rllm program", required: true, takes: "program" },
  ],
  options: {
    format: {
      type: "enum",
      options: ["json", "text", "mermaid", "svg", "typescript"],
      description:
        "Default: text at a terminal, else json; mermaid and svg draw all that it uses, " +
        "typescript declares its types",
    },
  },
  examples: [
    ["modullm inspect examples/summary.rllm", "what goes in and out, and what it uses"],
    [
      "modullm inspect examples/compose_summary_keywords.rllm --format mermaid",
      "a diagram of what it uses, all the way down",
    ],
    [
      "modullm inspect examples/compose_summary_keywords.rllm --format svg > " +
        "compose_summary_keywords.svg",
      "the same as a picture",
    ],
    ["modullm inspect examples/summary.rllm --format typescript", "types for the library"],
  ],
  async run({ positionals, options, output, locate, config, library, app }) {
    await config();
    const [file = ""] = positionals;
    const path = await locate(file);
    const format = options.text("format") ?? (output.forPeople ? "text" : "json");
    if (format === "mermaid" || format === "svg") {
      output.text(await drawing(path, format, library));
      return 0;
    }
    // Only programs with tools of servers or APIs need the application.
    const known: KnowTools = async (entry, at) => await (await app()).knownTools(entry, at);
    const inspection = await inspectProgram(path, { library, known });
    if (format === "typescript") output.text(await declarations(inspection));
    else if (format === "text") output.text(visible(await readable(inspection)));
    else output.json(inspection);
    return 0;
  },
};

async function drawing(
  path: string,
  format: "mermaid" | "svg",
  library: LibraryPath,
): Promise<string> {
  const { inspectTree } = await import("../../library/tree.ts");
  const { diagramOf, mermaid } = await import("../render/diagram.ts");
  const diagram = diagramOf(await inspectTree(path, { library }));
  return format === "mermaid" ? mermaid(diagram) : (await import("../render/svg.ts")).svg(diagram);
}

async function readable(inspection: Inspection): Promise<string> {
  const { sketchSchema } = await import("../../contract/sketch.ts");
  const { llm, llm_params: params, max_context_window: window, output } = inspection;
  return [
    `${inspection.name} ${inspection.version} by ${inspection.author}`,
    inspection.description,
    "",
    `model   ${modelText(llm)}${Object.keys(params).length > 0 ? ` ${writeJson(params)}` : ""}`,
    ...(window === null ? [] : [`window  ${window} tokens`]),
    ...inspection.uses.map(
      (use) =>
        `uses    ${use.name}: ` +
        `${use.path}${use.missing === null ? "" : ` (missing: ${use.missing})`}`,
    ),
    ...(output === undefined ? [] : [`gives   ${writeJson(output)}`]),
    ...inspection.tools.map(toolText),
    ...(inspection.tags.length > 0 ? [`tags    ${inspection.tags.join(", ")}`] : []),
    "",
    "input",
    sketchSchema(inspection.input_schema),
    "",
    "output",
    sketchSchema(inspection.output_schema),
  ].join("\n");
}

function modelText(llm: Inspection["llm"]): string {
  if (llm === null) return "none";
  return typeof llm["model"] === "string" ? llm["model"] : "";
}

function toolText({ name, kind, path, missing }: Inspection["tools"][number]): string {
  const from = kind === "program" ? path : `${kind} ${path}`;
  return `tool    ${name ?? "all"}: ${from}${missing === null ? "" : ` (missing: ${missing})`}`;
}

async function declarations(inspection: Inspection): Promise<string> {
  const { schemaToTypeScript } = await import("../../contract/typescript.ts");
  const { pascal } = await import("../../contract/python-types.ts");
  const name = pascal(inspection.name);
  const { input_schema: input, output_schema: output } = inspection;
  return (
    `export type ${name}Input = ${schemaToTypeScript(input)};\n\nexport type ${name}Output = ` +
    `${schemaToTypeScript(output)};`
  );
}
