import type { Keyboard } from "./keyboard.ts";

/** @returns what ends it */
export function onResize(callback: () => void): () => void {
  process.on("SIGWINCH", callback);
  return () => process.off("SIGWINCH", callback);
}

const SOON_MS = 50;

/** As Ctrl-Z does: the shell has the terminal until the process is continued. */
export async function suspend(keyboard: Keyboard): Promise<void> {
  if (process.platform === "win32") return;
  keyboard.pause();
  process.kill(process.pid, "SIGTSTP");
  // No time passes while it is stopped; where nobody could continue it, the system doesn't stop it.
  await new Promise((resolve) => setTimeout(resolve, SOON_MS));
  keyboard.resume();
}
