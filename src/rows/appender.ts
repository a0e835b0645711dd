import { closeSync, openSync, rmSync, writeSync } from "node:fs";

/** Text that is kept back before it is written: bytes, and milliseconds. */
const MOST_HELD = 1 << 16;
const LONGEST_HELD = 200;

/** A file that is written anew, from its start. */
export interface Appender {
  write(text: string): void;
  close(): void;
}

/** @param options.empty whether it is there with nothing in it, too. @default false */
export function createAppender(path: string, { empty = false } = {}): Appender {
  rmSync(path, { force: true });
  let file = empty ? openSync(path, "w") : null;
  let held = "";
  let timer: ReturnType<typeof setTimeout> | null = null;
  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (held === "") return;
    file ??= openSync(path, "w");
    const bytes = Buffer.from(held);
    held = "";
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  }
  return {
    write(text) {
      held += text;
      if (held.length >= MOST_HELD) flush();
      else timer ??= setTimeout(flush, LONGEST_HELD);
    },
    close() {
      flush();
      if (file !== null) closeSync(file);
    },
  };
}
