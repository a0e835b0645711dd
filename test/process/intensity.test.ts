import { expect, test } from "bun:test";
import { createRestartLimit } from "../../src/process/intensity.ts";

test("createRestartLimit() refuses after as many failures as are allowed, and says the last one", () => {
  const limit = createRestartLimit({ most: 2, within: 60_000 });
  expect(limit.refusal()).toBeNull();
  limit.failed("it crashed");
  expect(limit.refusal()).toBeNull();
  limit.failed("it crashed again");
  const refused = limit.refusal();
  expect(refused).toMatchObject({ count: 2, reason: "it crashed again" });
  expect(refused?.wait).toBeGreaterThan(0);
  expect(refused?.wait).toBeLessThanOrEqual(60_000);
});

test("createRestartLimit() forgets failures that are long ago", async () => {
  const limit = createRestartLimit({ most: 1, within: 1 });
  limit.failed("it crashed");
  await Bun.sleep(5);
  expect(limit.refusal()).toBeNull();
});
