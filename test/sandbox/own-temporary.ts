import { afterAll, beforeAll } from "bun:test";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Gives the tests around it a temporary folder of their own, so that what is left there is theirs.
 * Its path is known once they run.
 */
export function ownTemporary(): { readonly path: string } {
  const folder = { path: "" };
  const usual = process.env["TMPDIR"];
  beforeAll(() => {
    folder.path = mkdtempSync(join(tmpdir(), "sandbox-test-"));
    chmodSync(folder.path, 0o777);
    process.env["TMPDIR"] = folder.path;
  });
  afterAll(() => {
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
    rmSync(folder.path, { recursive: true, force: true });
  });
  return folder;
}
