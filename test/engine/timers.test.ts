import { expect, test } from "bun:test";
import { LOCAL_USER } from "../../src/core/principal.ts";
import { dryRun } from "../../src/engine/dry-run.ts";
import { createLimiters } from "../../src/engine/limiter.ts";
import { promptTokens } from "../../src/engine/prompt-tokens.ts";
import { runProgram } from "../../src/engine/run.ts";
import { createScope } from "../../src/engine/scope.ts";
import { loadText } from "../../src/library/load.ts";
import { programText } from "../cli/command-line.ts";
import { createScript } from "./scripted.ts";

test("no timer of a budget is left behind by runs, dry runs and predictions, failed ones too", async () => {
  let [set, stopped] = [0, 0];
  const { tools: scripted } = createScript({ "a/m": ['{"out": "ok"}'] });
  const clock = {
    ...scripted.clock,
    after: () => {
      set++;
      return () => void stopped++;
    },
  };
  const tools = { ...scripted, clock };
  const outer = new AbortController();
  const scope = createScope({ principal: LOCAL_USER, limiters: createLimiters(), clock });
  const front = { llm: "{model: a/m}", budget: "{ms: 100000}" };
  const loaded = await loadText(programText(front, "Hi {{input.text}}"), "/tmp");
  const whole = scope.within({ name: "x", limits: { ms: 5000 }, signal: outer.signal });
  await runProgram(loaded, { text: "x" }, tools, whole);
  await dryRun(loaded, { text: "x" }, tools, whole);
  await promptTokens(loaded, { text: "x" }, tools, whole, { uses: {} });
  await runProgram(loaded, { bad: 1 }, tools, whole).catch(() => {});
  await dryRun(loaded, { bad: 1 }, tools, whole).catch(() => {});
  whole.end();
  expect(set).toBe(6);
  expect(stopped).toBe(6);
});
