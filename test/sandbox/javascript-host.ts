import { createJavaScriptSandbox } from "../../src/sandbox/js/javascript.ts";

/** A host to be killed: it says when its code is about to run, which never ends. */
const sandbox = createJavaScriptSandbox({ warm: 1 });
const session = await sandbox.open({ limits: { timeoutMs: 60_000 } }, new AbortController().signal);
process.stdout.write("running\n");
await session.run(process.argv[2] ?? "", {});
