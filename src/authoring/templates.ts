import { textOf } from "../core/text-module.ts";

/** What `modullm new` begins with. */
export interface ProgramTemplate {
  readonly name: TemplateName;
  /** One line: what it is for. */
  readonly summary: string;
  /** The `.rllm` text. */
  readonly text: string;
  /** Programs it uses or calls, by file name: the part of map-reduce, collect and look-up. */
  readonly parts: Readonly<Record<string, string>>;
  /** The YAML text of an input to try it with. */
  readonly input: string;
}

export const TEMPLATE_NAMES = [
  "summarise",
  "extract",
  "classify",
  "route",
  "draft",
  "judge",
  "transform",
  "map-reduce",
  "collect",
  "look-up",
] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** One line for each. */
export const TEMPLATE_SUMMARIES: Readonly<Record<TemplateName, string>> = {
  summarise: "a text to a title, a summary and its key points",
  extract: "a text to the facts that stand in it, typed, null where one is missing",
  classify: "a text to one of a closed list of labels, with a reason",
  route: "a message to the team that takes it, with a priority",
  draft: "facts, a purpose and a tone to an e-mail",
  judge: "an answer to a score for each criterion, with a verdict that is calculated",
  transform: "a record of one form to a record of another",
  "map-reduce": "many parts of a document, each read by a program of its own, then put together",
  "look-up": "a question to an answer, with programs that the model may call to look things up",
  collect: "many parts, each read by a program of its own, as one table; no model puts it together",
};

/** Text modules of a template: the program, its input, and the programs it uses by file name. */
interface Modules {
  readonly text: unknown;
  readonly input: unknown;
  readonly parts?: Readonly<Record<string, unknown>>;
}

/** The bundler follows a path only where it stands as a literal. */
const FILES: Readonly<Record<TemplateName, () => Promise<Modules>>> = {
  summarise: async () => ({
    text: await import("../../examples/templates/summarise.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/summarise.yaml", { with: { type: "text" } }),
  }),
  extract: async () => ({
    text: await import("../../examples/templates/extract.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/extract.yaml", { with: { type: "text" } }),
  }),
  classify: async () => ({
    text: await import("../../examples/templates/classify.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/classify.yaml", { with: { type: "text" } }),
  }),
  route: async () => ({
    text: await import("../../examples/templates/route.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/route.yaml", { with: { type: "text" } }),
  }),
  draft: async () => ({
    text: await import("../../examples/templates/draft.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/draft.yaml", { with: { type: "text" } }),
  }),
  judge: async () => ({
    text: await import("../../examples/templates/judge.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/judge.yaml", { with: { type: "text" } }),
  }),
  transform: async () => ({
    text: await import("../../examples/templates/transform.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/transform.yaml", { with: { type: "text" } }),
  }),
  "map-reduce": async () => ({
    text: await import("../../examples/templates/map-reduce.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/map-reduce.yaml", { with: { type: "text" } }),
    parts: {
      "map-reduce-part.rllm": await import("../../examples/templates/map-reduce-part.rllm", {
        with: { type: "text" },
      }),
    },
  }),
  "look-up": async () => ({
    text: await import("../../examples/templates/look-up.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/look-up.yaml", { with: { type: "text" } }),
    parts: {
      "look-up-part.rllm": await import("../../examples/templates/look-up-part.rllm", {
        with: { type: "text" },
      }),
    },
  }),
  collect: async () => ({
    text: await import("../../examples/templates/collect.rllm", { with: { type: "text" } }),
    input: await import("../../examples/templates/collect.yaml", { with: { type: "text" } }),
    parts: {
      "collect-part.rllm": await import("../../examples/templates/collect-part.rllm", {
        with: { type: "text" },
      }),
    },
  }),
};

/** Read when asked for. */
export async function loadTemplate(name: TemplateName): Promise<ProgramTemplate> {
  const { text, input, parts = {} } = await FILES[name]();
  const used = Object.entries(parts).map(([file, module]) => [file, textOf(module)]);
  return {
    name,
    summary: TEMPLATE_SUMMARIES[name],
    text: textOf(text),
    parts: Object.fromEntries(used),
    input: textOf(input),
  };
}
