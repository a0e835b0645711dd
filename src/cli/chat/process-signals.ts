import type { Keyboard } from "./keyboard.ts";

/** @returns what ends it */
export function onResize(callback: () => void): () => void {
  process.on("SIGWINCH", callback);
  return () => process.off("SIGWINCH", callback);
}

/** As Ctrl-Z does: the shell has the terminal until the process is continued. */
export async function suspend(keyboard: Keyboard): Promise<void> {
  keyboard.pause();
  const continued = new Promise<void>((resolve) => process.once("SIGCONT", () => resolve()));
  process.kill(process.pid, "SIGTSTP");
  await continued;
  keyboard.resume();
}
