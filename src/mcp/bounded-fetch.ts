import type { FetchLike } from "@modelcontextprotocol/client";

/** A body that was larger than it may be. */
export class TooLarge extends Error {}

/**
 * A `fetch` whose bodies end with an error beyond a limit of bytes: of a stream of events each
 * event, of anything else the whole.
 */
export function boundedFetch(base: FetchLike, limit: number): FetchLike {
  return async (url, init) => {
    const response = await base(url, init);
    const { body, headers, status, statusText } = response;
    const told = Number(headers.get("content-length") ?? 0);
    if (told > limit) {
      await body?.cancel();
      throw tooLarge(limit);
    }
    if (body === null) return response;
    const isEvents = headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    const bounded = body.pipeThrough(limiter(limit, isEvents));
    const copy = new Response(bounded, { headers, status, statusText });
    // Redirects are told from the address that answered.
    Object.defineProperty(copy, "url", { value: response.url });
    return copy;
  };
}

const NEWLINE = 10;
const RETURN = 13;

function limiter(limit: number, isEvents: boolean): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  let last = 0;
  return new TransformStream({
    transform(chunk, controller) {
      if (isEvents)
        for (const [at, byte] of chunk.entries()) {
          // An empty line ends an event; \r stands before \n or not at all.
          if (byte === NEWLINE && last === NEWLINE) size = -at - 1;
          if (byte !== RETURN) last = byte;
        }
      size += chunk.length;
      if (size > limit) controller.error(tooLarge(limit));
      else controller.enqueue(chunk);
    },
  });
}

function tooLarge(limit: number): TooLarge {
  return new TooLarge(`it answered with more than ${limit} bytes`);
}
