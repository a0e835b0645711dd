import { basename } from "node:path";
import { BASELINE } from "../../model/baseline/name.ts";
import { shellWord } from "../shell-word.ts";
import { inputFileOf, type Trial } from "./program-step.ts";

export interface Known {
  readonly model: string;
  readonly scaffold: string | null;
  /** Names of the variables that were typed. */
  readonly typed: readonly string[];
  readonly credentialPath: string | null;
}

/** Commands to go on with, each as it can be typed where the program was made. */
export function nextSteps({ path, error }: Trial, known: Known): string[] {
  const file = basename(path);
  const run = `modullm run ${file} --input-file ${inputFileOf(file)}`;
  const unset = known.credentialPath === null ? known.typed : [];
  return [
    ...unset.map((name) => `export ${name}=…`),
    ...(error === null ? [] : [`modullm help ${error.error_code}`]),
    run,
    ...(known.model === BASELINE ? [`${run} --model openai/gpt-5-mini`] : []),
    `modullm validate --strict ${file}`,
    `modullm inspect ${file} --format typescript`,
    ...(known.scaffold === null
      ? []
      : [`modullm new NAME --scaffold ${shellWord(known.scaffold)}`]),
    "modullm help rllm",
  ];
}
