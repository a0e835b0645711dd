// Runs a program in two homes, by turns: one whose history can be written, and one whose can't be.
// Prints how many milliseconds each run took, and how telling that all is on disk ended.
//   bun delays.ts HOME TROUBLED ROUNDS
import { join } from "node:path";
import { open } from "../../../src/index.ts";
import { worldOf } from "../../cli/command-line.ts";

const [home = "", troubled = "", rounds = "1"] = process.argv.slice(2);
const times: number[][] = [];
const ended: (string | null)[] = [];
const faces = await Promise.all(
  [home, troubled].map((cwd) => open({ env: worldOf(cwd), cwd, warn: () => {} })),
);
for (const [index, face] of faces.entries()) {
  times[index] = [];
  // What is done once for a process is done.
  await face.run(join(home, "p.rllm"), { text: "x" });
}
for (let round = 0; round < Number(rounds); round++)
  for (const [index, face] of faces.entries()) {
    const start = performance.now();
    await face.run(join(home, "p.rllm"), { text: "x" });
    times[index]?.push(performance.now() - start);
    // Longer than rows are gathered for, so that each has its own write.
    await Bun.sleep(25);
  }
for (const face of faces) {
  ended.push(
    await face.flushed().then(
      () => null,
      ({ code }: { code: string }) => code,
    ),
  );
  await face.close();
}
process.stdout.write(JSON.stringify({ times, ended }));
