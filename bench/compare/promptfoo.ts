import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measure } from "./measure.ts";

export const VERSION = "0.123.1";
/** It wants Node 22.22 or later. */
const NODE = "22.23.3";

/** An installed promptfoo. */
export interface Promptfoo {
  /** What starts it. */
  readonly words: readonly string[];
  /** Bytes, without Node. */
  readonly bytes: number;
  readonly packages: number;
  /** Of its installation; null where it was there. */
  readonly seconds: number | null;
}

/** Installs it into a folder of the user's cache, where it stays for the next time. */
export async function installPromptfoo(cache: string): Promise<Promptfoo> {
  const folder = join(cache, `promptfoo-${VERSION}`);
  const node = join(cache, `node-${NODE}`);
  const seconds = await install(folder, `promptfoo@${VERSION}`);
  await install(node, `node@${NODE}`);
  const modules = join(folder, "node_modules");
  return {
    words: [
      join(node, "node_modules/node/bin/node"),
      join(modules, "promptfoo/dist/src/entrypoint.js"),
    ],
    ...sizeOf(modules),
    seconds,
  };
}

async function install(folder: string, name: string): Promise<number | null> {
  // Written at the end: an installation that was cut short is begun again.
  const done = join(folder, "installed");
  if (existsSync(done)) return null;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"private": true}\n');
  console.log(`installing ${name} into ${folder}`);
  const env = { ...process.env } as Record<string, string>;
  const words = ["npm", "install", "--no-audit", "--no-fund", name];
  const { seconds } = await measure(words, { cwd: folder, env });
  writeFileSync(done, "");
  return seconds;
}

function sizeOf(modules: string): Pick<Promptfoo, "bytes" | "packages"> {
  let [bytes, packages] = [0, 0];
  for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    bytes += statSync(join(entry.parentPath, entry.name)).size;
    if (entry.name === "package.json" && /node_modules\/(?:@[^/]+\/)?[^/]+$/.test(entry.parentPath))
      packages++;
  }
  return { bytes, packages };
}
