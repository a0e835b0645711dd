import { createHash } from "node:crypto";
import confine from "./confine.py" with { type: "text" };
import failures from "./failures.py" with { type: "text" };
import harness from "./harness.py" with { type: "text" };
import values from "./values.py" with { type: "text" };

/** What runs in the guest. The parts share one namespace; each uses only what stands above it. */
export const HARNESS = [values, failures, confine, harness].join("\n");

/** Tells one harness from another. */
export function harnessHash(): string {
  return createHash("sha256").update(HARNESS).digest("hex").slice(0, 16);
}

/**
 * What `python -c` is given to start the harness: its code as this Python compiled it, in hexadecimal, which starts in a tenth of
 * the time. The namespace has a copy of the builtins.
 */
export function startText(compiled: string): string {
  const namespace = '{"__builtins__":dict(vars(builtins))}';
  return `import builtins,marshal;exec(marshal.loads(bytes.fromhex("${compiled}")),${namespace})`;
}
