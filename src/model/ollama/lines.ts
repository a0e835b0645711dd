import { readLines } from "../lines.ts";
import { isObject } from "../../core/json.ts";
import type { Exchange } from "../exchange.ts";
import { notJson } from "../exchange.ts";
import { inBandFailure, providerFailure } from "../failure.ts";
import type { Callee } from "../failure.ts";

/**
 * `fetch` for the `ollama` package: what reaches it are whole, valid lines that end properly.
 * Errors within a stream, an end that comes too early and a body that is something else end the
 * exchange here, since the package can only print them.
 */
export function lineFetch(exchange: Exchange, callee: Callee): typeof fetch {
  const fetchLines = async (
    input: string | URL | Request,
    init?: RequestInit,
  ): Promise<Response> => {
    const response = await exchange.fetch(input, init);
    const lines = checkedLines(exchange, response, callee);
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(`${value}\n`));
      },
      async cancel() {
        await lines.return(undefined);
      },
    });
    return new Response(body, { status: 200, headers: { "content-type": "application/x-ndjson" } });
  };
  return Object.assign(fetchLines, { preconnect: () => undefined });
}

async function* checkedLines(
  exchange: Exchange,
  response: Response,
  callee: Callee,
): AsyncGenerator<string> {
  let ended = false;
  let start = "";
  let valid = 0;
  for await (const line of readLines(exchange.read(response))) {
    if (line.trim() === "") continue;
    if (start.length < 1200) start += `${line}\n`;
    const value = objectIn(line);
    if (value === null) continue;
    if (value["error"] !== undefined && value["error"] !== null)
      throw exchange.stop(inBandFailure(callee, value));
    valid++;
    ended ||= value["done"] === true || value["status"] === "success";
    yield line;
  }
  if (valid === 0) throw exchange.stop(notJson(callee, start));
  if (!ended) {
    const reason = `${callee.host} sent a stream that ended before the model did`;
    throw exchange.stop(providerFailure(callee, reason, { retryable: true }));
  }
}

function objectIn(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
