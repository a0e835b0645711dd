// A program with a session in which code runs without end, for tests that kill the program. Its
// argument is the image.
import { createContainerSandbox } from "../../src/sandbox/container/container.ts";

const [image = ""] = process.argv.slice(2);
const sandbox = createContainerSandbox({ image, engine: "podman" });
const session = await sandbox.open({ limits: { timeoutMs: 60_000 } }, new AbortController().signal);
process.stdout.write("open\n");
await session.run(
  "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
  {},
);
