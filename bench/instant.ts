/** A model that answers at once, and all that the engine needs to ask it. */
import { tmpdir } from "node:os";
import { createCompiler } from "../src/contract/compiler.ts";
import type { EngineTools } from "../src/engine/engine.ts";
import { createProofs } from "../src/library/proofs.ts";
import { createMediaReader } from "../src/media/media.ts";
import type { Model } from "../src/model/model.ts";
import { createPolicy } from "../src/policy/policy.ts";
import { createSandboxes } from "../src/sandbox/sandboxes.ts";

export function instantModel(id: string, answer: string): Model {
  return {
    id,
    window: null,
    async ready() {},
    async *call() {
      yield { type: "text", text: answer };
      const usage = { prompt_tokens: 100, completion_tokens: 30 };
      yield { type: "finish", reason: "stop", usage, served: null };
    },
  };
}

/** No tokens are counted, nothing is kept, no time is limited. */
export function instantTools(model: EngineTools["model"]): EngineTools {
  let id = 0;
  const sandbox = {
    require: null,
    experimental: false,
    trustedPython: true,
    python: null,
    image: null,
  };
  const limits = { image: 1, audio: 1, pdf: 1 };
  return {
    model,
    catalog: { facts: async () => null },
    tokens: {
      bound: (text) => Buffer.byteLength(text),
      count: async (text) => text.length,
      attachment: () => 0,
    },
    clock: { now: () => Date.now(), ticks: () => performance.now(), after: () => () => {} },
    media: createMediaReader({ cwd: "/", allow: [], hosts: [], limits, env: {} }),
    tools: null,
    sandboxes: createSandboxes({
      settings: sandbox,
      env: process.env,
      home: tmpdir(),
      cache: tmpdir(),
    }),
    answers: null,
    unfinished: null,
    policy: createPolicy(sandbox),
    redactor: null,
    proofs: createProofs(null),
    newId: () => `run-${++id}`,
    compile: createCompiler(),
    sketch: () => "",
  };
}
