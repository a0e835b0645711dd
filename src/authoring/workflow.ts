import { resolve } from "node:path";
import { textOf } from "../core/text-module.ts";
import { type LoadedProgram, loadProgram } from "../library/load.ts";
import { programOf } from "../program/parse.ts";

/**
 * Where the programs of `examples/onboarding/` are taken to lie: they are in the binary, and need
 * no file.
 */
const FOLDER = "/builtin/onboarding";

/** The bundler follows a path only where it stands as a literal. */
const FILES: Readonly<Record<string, () => Promise<unknown>>> = {
  onboarding_workflow: () =>
    import("../../examples/onboarding/onboarding_workflow.rllm", { with: { type: "text" } }),
  provider_select: () =>
    import("../../examples/onboarding/provider_select.rllm", { with: { type: "text" } }),
  credential_check: () =>
    import("../../examples/onboarding/credential_check.rllm", { with: { type: "text" } }),
  hello_test: () => import("../../examples/onboarding/hello_test.rllm", { with: { type: "text" } }),
  app_goal_capture: () =>
    import("../../examples/onboarding/app_goal_capture.rllm", { with: { type: "text" } }),
  input_schema_builder: () =>
    import("../../examples/onboarding/input_schema_builder.rllm", { with: { type: "text" } }),
  output_schema_builder: () =>
    import("../../examples/onboarding/output_schema_builder.rllm", { with: { type: "text" } }),
  context_window_picker: () =>
    import("../../examples/onboarding/context_window_picker.rllm", { with: { type: "text" } }),
  prompt_builder: () =>
    import("../../examples/onboarding/prompt_builder.rllm", { with: { type: "text" } }),
  recovery_builder: () =>
    import("../../examples/onboarding/recovery_builder.rllm", { with: { type: "text" } }),
  file_assembler: () =>
    import("../../examples/onboarding/file_assembler.rllm", { with: { type: "text" } }),
  validate_and_test: () =>
    import("../../examples/onboarding/validate_and_test.rllm", { with: { type: "text" } }),
};

/** The programs that the workflow is made of, by name. */
export const WORKFLOW_PROGRAMS: readonly string[] = Object.keys(FILES);

/** `onboarding_workflow.rllm` with everything it uses. */
export async function loadWorkflow(): Promise<LoadedProgram> {
  const texts = new Map(
    await Promise.all(
      Object.entries(FILES).map(
        async ([name, load]) => [pathOf(name), textOf(await load())] as const,
      ),
    ),
  );
  return await loadProgram(pathOf("onboarding_workflow"), {
    read: (path) => Promise.resolve(programOf(texts.get(path) ?? "", { path })),
  });
}

function pathOf(name: string): string {
  return resolve(FOLDER, `${name}.rllm`);
}
