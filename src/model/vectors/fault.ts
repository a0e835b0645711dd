import { ModullmError } from "../../core/error.ts";

/** RLLM_011: the reply is not what was asked for. @param reason a clause about the reply */
export function replyFault(model: string, reason: string): ModullmError {
  return new ModullmError("RLLM_011", `Cannot use the reply of "${model}": ${reason}`, {
    details: { model, reason },
    hint: "Check that the model is one for this: one that embeds, or one that reranks.",
  });
}

/** @param word what stands where a number should */
export function notNumbers(model: string, word: string): ModullmError {
  return replyFault(model, `it has ${word} in place of a number`);
}
