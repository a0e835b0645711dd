import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testPlugin } from "../../src/plugin/conformance/suite.ts";
import { readManifest, startCommand } from "../../src/plugin/manifest.ts";
import { FOLDER, INSTALLED, SKIP } from "./llamacpp.ts";
import { writeTinyModel } from "./tiny-gguf.ts";

test.skipIf(!INSTALLED)(
  `the llamacpp plugin passes the conformance suite ${SKIP}`,
  async () => {
    const models = await mkdtemp(join(tmpdir(), "modullm-llamacpp-"));
    try {
      await writeTinyModel(join(models, "tiny.gguf"));
      const loaded = await readManifest(FOLDER);
      const command = startCommand(loaded, {
        executable: process.execPath,
        env: process.env,
        node: false,
      });
      const settings = { folder: models, gpu_layers: 0, threads: 1 };
      const report = await testPlugin(command, { manifest: loaded.manifest, settings });
      const failed = report.checks.filter(({ status }) => status === "failed");
      expect(failed.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
      const skipped = report.checks.filter(({ status }) => status === "skipped");
      // It neither ranks documents, calls tools nor provides any.
      const others = skipped.filter(({ id }) => !/^(?:rerank|tools)\/|^chat\/tool/.test(id));
      expect(others.map(({ id }) => id)).toEqual(["pull/unknown-model", "pull/model-is-a-number"]);
      expect(report.passed).toBeGreaterThan(100);
    } finally {
      await rm(models, { recursive: true, force: true });
    }
  },
  180_000,
);
