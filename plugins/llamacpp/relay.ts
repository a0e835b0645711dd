import type { ChatPart } from "./sdk/protocol.ts";

/**
 * Milliseconds without a part after which the host is told that there is still something to wait
 * for.
 */
const ALIVE_MS = 5000;

/** The parts that work pushes, as they come, then its result. */
export async function* relay<Result>(
  work: (push: (part: ChatPart) => void) => Promise<Result>,
): AsyncGenerator<ChatPart, Result, void> {
  const parts: ChatPart[] = [];
  let wake: (() => void) | null = null;
  let ended = false;
  const result = work((part) => {
    parts.push(part);
    wake?.();
  }).finally(() => {
    ended = true;
    wake?.();
  });
  // Told when it is awaited below.
  result.catch(() => {});
  for (;;) {
    yield* parts.splice(0);
    if (ended) return await result;
    const timer = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(true), ALIVE_MS);
      wake = () => {
        clearTimeout(late);
        resolve(false);
      };
      if (ended || parts.length > 0) wake();
    });
    if (timer) yield { type: "alive" };
  }
}
