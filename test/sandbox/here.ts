import { mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { SandboxSettings } from "../../src/config/config.ts";
import { createSandboxes, type Sandboxes } from "../../src/sandbox/sandboxes.ts";

export const NO_SANDBOX_SETTINGS: SandboxSettings = {
  require: null,
  experimental: false,
  trustedPython: true,
  python: null,
  image: null,
};

/** The sandboxes of this machine, with what is known of it kept in a folder of their own. */
export function sandboxesHere(settings: Partial<SandboxSettings> = {}): Sandboxes {
  const cache = mkdtempSync(join(tmpdir(), "sandboxes-"));
  return createSandboxes({
    settings: { ...NO_SANDBOX_SETTINGS, ...settings },
    env: process.env,
    home: homedir(),
    cache,
  });
}
