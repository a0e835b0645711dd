import { ModullmError } from "../core/error.ts";
import { didYouMean } from "../core/nearest.ts";
import { createBaselineProvider } from "./baseline/baseline.ts";
import { BASELINE } from "./baseline/name.ts";
import { lexicalEmbedder, lexicalReranker } from "./lexical/lexical.ts";
import { LEXICAL } from "./lexical/name.ts";
import type { ModelProvider } from "./provider.ts";

/** The provider `builtin`: what needs no server, and is no model. */
export function createBuiltin(): ModelProvider {
  return {
    ...createBaselineProvider(),
    embedder(name) {
      requireLexical(name, "embedder");
      return lexicalEmbedder();
    },
    reranker(name) {
      requireLexical(name, "reranker");
      return lexicalReranker();
    },
    health: async () => ({ ok: true, message: "is part of this program" }),
  };
}

function requireLexical(name: string, kind: string): void {
  const id = `builtin/${name}`;
  if (id === LEXICAL) return;
  const hint = id === BASELINE ? "" : didYouMean(id, [LEXICAL]);
  const message = `Cannot use ${kind} "${id}": the only one built in is "${LEXICAL}".${hint}`;
  throw new ModullmError("RLLM_002", message, { details: { field: "model", value: id } });
}
