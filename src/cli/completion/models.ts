import type { Config } from "../../config/config.ts";
import { knownModels } from "../../model/known-models.ts";

/**
 * Characters that mean nothing to any shell: a name from a configuration must not become a command
 * there.
 */
const HARMLESS = /^[A-Za-z0-9][A-Za-z0-9._:@+/-]*$/;

/** What `--model` may be, `recommended` among it. @param config null where it can't be read */
export async function modelNames(config: Config | null): Promise<readonly string[]> {
  const [first = "", ...others] = await knownModels(config);
  return [first, "recommended", ...others].filter((name) => HARMLESS.test(name));
}
