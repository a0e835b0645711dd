import { describe, expect, test } from "bun:test";
import { ask, notesOf, outcome } from "../calls.ts";
import { answers, resets, silence } from "../faulty-server.ts";
import type { Act } from "../faulty-server.ts";
import type { Wire } from "../wires/wire.ts";
import { KEY } from "../wires/wire.ts";
import { bench, check, closeAfterEach, gives, refuses, sends, unfinished } from "./bench.ts";

const STREAM = ask({ stream: true });

/** What a failure is made into, and which ones are tried again. */
export function checkFailures(wire: Wire): void {
  const fine = gives(wire, { texts: ["ok"] });
  const after = async (...acts: readonly Act[]) => {
    const made = await bench(wire, ...acts);
    return { ...made, result: await outcome(made.model, STREAM) };
  };

  describe(`${wire.name}: failures`, () => {
    closeAfterEach();
    for (const status of [400, 401, 403, 422]) {
      test(`ends with RLLM_017 at ${status}, at once`, async () => {
        const { result, server } = await after(refuses(wire, status, "No, thank you"), fine);
        expect([result.error?.code, result.error?.retryable, server.seen.length]).toEqual([
          "RLLM_017",
          false,
          1,
        ]);
        expect(result.error?.details).toMatchObject({ status, provider: wire.provider });
        expect(result.error?.message).toContain("No, thank you");
      });
    }
    test("waits as long as Retry-After says", async () => {
      const { result, waits } = await after(
        refuses(wire, 429, "Slow down", { headers: { "retry-after": "7" } }),
        fine,
      );
      expect([result.text, waits]).toEqual(["ok", [7000]]);
      expect(notesOf(result, "retry-wait")).toHaveLength(1);
    });
    for (const status of [408, 409, 500, 503, 529]) {
      test(`tries again after ${status}`, async () => {
        const { result, server } = await after(refuses(wire, status, "Later"), fine);
        expect([result.text, server.seen.length]).toEqual(["ok", 2]);
      });
    }
    test("gives up after three tries", async () => {
      const { result, server } = await after(refuses(wire, 503, "Later"));
      expect([result.error?.code, result.error?.retryable, server.seen.length]).toEqual([
        "RLLM_017",
        true,
        3,
      ]);
      expect(result.error?.details).toMatchObject({ status: 503, attempts: 3 });
    });
    test("tries again after a reset before the answer", async () => {
      expect((await after(resets, fine)).result.text).toBe("ok");
    });
    test("knows a prompt that is too long", async () => {
      const { status, message, code } = wire.tooLong;
      const { result, server } = await after(refuses(wire, status, message, { code }));
      expect(result.error?.details).toMatchObject({
        status,
        provider_code: "context_length_exceeded",
      });
      expect(server.seen).toHaveLength(1);
    });
    test("never shows the key that a server quotes", async () => {
      const { result } = await after(refuses(wire, 401, `Incorrect API key provided: ${KEY}`));
      expect(JSON.stringify([result.error?.message, result.error?.details])).not.toContain(KEY);
    });
    check(wire, "tells a web page from an answer", "web-page", async () => {
      const { result } = await after(
        answers(200, "<html><body>Sign in to the hotel's network</body></html>"),
      );
      expect([result.error?.code, result.error?.message.includes("web page")]).toEqual([
        "RLLM_017",
        true,
      ]);
    });
    test("takes an empty reply for a failure", async () => {
      const { result, server } = await after(sends(wire, []), fine);
      expect([result.text, server.seen.length]).toEqual(["ok", 2]);
    });

    checkStreams(wire, after, fine);
    checkCancel(wire);
  });
}

type After = (
  ...acts: readonly Act[]
) => Promise<Awaited<ReturnType<typeof bench>> & { result: Awaited<ReturnType<typeof outcome>> }>;

function checkStreams(wire: Wire, after: After, fine: Act): void {
  const half = unfinished(wire, { texts: ["Half an ", "answer"] });
  for (const end of ["close", "reset"] as const) {
    test(`takes a stream that ends early for a failure, never for an answer (${end})`, async () => {
      const { result, server } = await after(sends(wire, half, end), fine);
      expect([result.error?.code, result.finish, server.seen.length]).toEqual([
        "RLLM_017",
        null,
        1,
      ]);
    });
  }
  test("tries a stream again that ends before its first text", async () => {
    const { result } = await after(sends(wire, unfinished(wire, {})), fine);
    expect(result.text).toBe("ok");
  });
  test("tries a stream again that reports an error before its first text", async () => {
    const { result, server } = await after(
      sends(wire, [wire.fault("Overloaded", "overloaded_error")]),
      fine,
    );
    expect([result.text, server.seen.length]).toEqual(["ok", 2]);
  });
  test("ends with RLLM_017 where a stream reports an error after text", async () => {
    const { result, server } = await after(
      sends(wire, [...half, wire.fault("The wheels came off", "api_error")]),
      fine,
    );
    expect([result.error?.code, server.seen.length]).toEqual(["RLLM_017", 1]);
    expect(result.error?.message).toContain("The wheels came off");
  });
  check(
    wire,
    "does not try an error again that says the request is wrong",
    "fault-code",
    async () => {
      const { result, server } = await after(
        sends(wire, [wire.fault("No such thing", "invalid_request_error")]),
        fine,
      );
      expect([result.text, server.seen.length]).toEqual(["", 1]);
    },
  );
  test("takes a stream of nothing but malformed events for a failure", async () => {
    const { result } = await after(sends(wire, [wire.malformed, wire.malformed]));
    expect([result.error?.code, result.error?.details["attempts"]]).toEqual(["RLLM_017", 3]);
  });
}

function checkCancel(wire: Wire): void {
  test("ends with RLLM_022 where the caller aborts in silence, and closes the connection", async () => {
    const { model, server } = await bench(wire, silence);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 40);
    const result = await outcome(model, STREAM, controller.signal);
    expect(result.error?.code).toBe("RLLM_022");
    await server.seen[0]?.closed;
  });
  test("ends with RLLM_022 where the caller aborts amid the answer, and closes the connection", async () => {
    const { model, server } = await bench(
      wire,
      sends(wire, unfinished(wire, { texts: ["a", "b"] }), "open"),
    );
    const controller = new AbortController();
    let text = "";
    let code = "";
    try {
      for await (const part of model.call(STREAM, controller.signal)) {
        if (part.type === "text") text += part.text;
        if (text === "ab") controller.abort();
      }
    } catch (thrown) {
      code = String((thrown as { code?: unknown }).code);
    }
    expect([text, code]).toEqual(["ab", "RLLM_022"]);
    await server.seen[0]?.closed;
  });
  test("closes the connection where the caller stops reading", async () => {
    const { model, server } = await bench(
      wire,
      sends(wire, unfinished(wire, { texts: ["a", "b"] }), "open"),
    );
    for await (const part of model.call(STREAM, new AbortController().signal))
      if (part.type === "text") break;
    await server.seen[0]?.closed;
    expect(server.seen).toHaveLength(1);
  });
}
