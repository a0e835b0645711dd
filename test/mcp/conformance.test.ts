import { expect, test } from "bun:test";
import { listScenarios, runScenario } from "../../scripts/mcp-conformance.ts";

const scenarios = await listScenarios();

test("the suite has what is run here", () => {
  expect(scenarios.length).toBeGreaterThan(45);
});

test.each(scenarios.map(([name, revision]) => [name, revision] as const))(
  "the protocol's suite passes %s in %s",
  async (name, revision) => {
    const { passed, failed } = await runScenario(name, revision);
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(0);
  },
  120_000,
);
