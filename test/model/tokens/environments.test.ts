import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// The encoder finds its files in three ways; each is shown to work where it is used. The folder
// lies in the project, so that the packages are found from there.
const ROOT = join(import.meta.dir, "../../..");
const ENTRY = `import { createTokenCounter } from ${JSON.stringify(join(ROOT, "src/model/tokens.ts"))};
async function main() {
  const counter = createTokenCounter();
  console.log(await counter.count("hello world, this is it", "openai/gpt-4o"), await counter.count("hello world, this is it", "openai/gpt-4"));
}
void main();
`;
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(ROOT, "node_modules", ".tokens-"));
  writeFileSync(join(folder, "entry.ts"), ENTRY);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(command: readonly string[], cwd: string): Promise<string> {
  const child = Bun.spawn([...command], { cwd, stdout: "pipe", stderr: "pipe" });
  const [out, problems, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exit !== 0) throw new Error(`${command.join(" ")} ended with ${exit}: ${problems}`);
  return out.trim();
}

test("the encoder works from source", async () => {
  expect(await run([process.execPath, join(folder, "entry.ts")], "/")).toBe("6 6");
});

test("the encoder works in a compiled binary", async () => {
  const binary = join(folder, "binary");
  await run(
    [
      process.execPath,
      "build",
      "--compile",
      "--minify",
      "--bytecode",
      join(folder, "entry.ts"),
      "--outfile",
      binary,
    ],
    folder,
  );
  rmSync(join(folder, "entry.ts"));
  expect(await run([binary], "/")).toBe("6 6");
  writeFileSync(join(folder, "entry.ts"), ENTRY);
}, 180_000);

test("the encoder works in a library that runs on Node", async () => {
  const flags = [
    "--target=node",
    "--format=esm",
    "--splitting",
    "--packages=external",
    "--outdir",
    join(folder, "lib"),
  ];
  await run([process.execPath, "build", ...flags, join(folder, "entry.ts")], folder);
  expect(await run(["node", join(folder, "lib", "entry.js")], "/")).toBe("6 6");
}, 180_000);
