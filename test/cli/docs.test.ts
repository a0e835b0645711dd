import { expect, test } from "bun:test";
import { join } from "node:path";
import { cliReference } from "../../scripts/docs-cli.ts";

test("docs/cli.md is what the commands say", async () => {
  expect(await Bun.file(join(import.meta.dir, "../../docs/cli.md")).text()).toBe(
    await cliReference(),
  );
});
