import { describe, expect, test } from "bun:test";
import { ask, notesOf, outcome } from "../calls.ts";
import { answers } from "../faulty-server.ts";
import type { Reply, Wire } from "../wires/wire.ts";
import { bench, check, closeAfterEach, gives, sends, unfinished } from "./bench.ts";
import { patience } from "../../patience.ts";

const STREAM = ask({ stream: true });

/**
 * What a reply is made into: text, reasoning, usage, reasons, tool calls, and bytes in whatever
 * pieces.
 */
export function checkReplies(wire: Wire): void {
  describe(`${wire.name}: replies`, () => {
    closeAfterEach();
    const given = async (reply: Reply) =>
      outcome((await bench(wire, gives(wire, reply))).model, STREAM);

    test("gives each piece of text as a part of its own, in order", async () => {
      const result = await given({ texts: ["a", "b", "c"] });
      expect(result.error).toBeNull();
      expect(result.parts.flatMap((part) => (part.type === "text" ? [part.text] : []))).toEqual([
        "a",
        "b",
        "c",
      ]);
    });
    test("keeps reasoning apart from text", async () => {
      const result = await given({ reasoning: ["let me ", "see"], texts: ["done"] });
      expect([result.reasoning, result.text]).toEqual(["let me see", "done"]);
    });
    test("gives no text part where there is nothing but reasoning", async () => {
      const result = await given({ reasoning: ["hm"] });
      expect(result.parts.map(({ type }) => type).filter((type) => type !== "note")).toEqual([
        "reasoning",
        "finish",
      ]);
    });
    test("makes no part of an empty piece", async () => {
      const result = await given({ texts: ["", "a", ""] });
      expect(result.parts.filter(({ type }) => type === "text")).toEqual([
        { type: "text", text: "a" },
      ]);
    });
    check(wire, "reads an answer that comes in one piece", "whole", async () => {
      const reply = { texts: ["whole"], reasoning: ["hm"] };
      const { model } = await bench(wire, answers(200, wire.whole(reply)));
      const result = await outcome(model, STREAM);
      expect([result.text, result.reasoning, result.finish?.reason]).toEqual([
        "whole",
        "hm",
        "stop",
      ]);
      expect(result.finish?.usage).toEqual({ prompt_tokens: 3, completion_tokens: 5 });
    });
    test("joins characters that two packets share", async () => {
      const text = "Zwölf \u{1F600} 漢字";
      const bytes = Buffer.from(wire.events({ texts: [text] }).join(""), wire.encoding);
      const { model } = await bench(wire, async (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: ${wire.type}\r\nconnection: close\r\n\r\n`);
        for (let at = 0; at < bytes.length; at += 11) socket.write(bytes.subarray(at, at + 11));
        socket.end();
      });
      expect((await outcome(model, STREAM)).text).toBe(text);
    });
    test("reads a stream that comes all at once", async () => {
      const { model } = await bench(
        wire,
        sends(wire, [wire.events({ texts: ["a", "b"] }).join("")]),
      );
      expect((await outcome(model, STREAM)).text).toBe("ab");
    });
    test("reads an answer of two megabytes", async () => {
      const piece = "0123456789 äöü\n".repeat(700);
      const texts = Array.from({ length: 200 }, () => piece);
      const result = await given({ texts });
      expect(result.error).toBeNull();
      expect(result.text === texts.join("")).toBe(true);
    });
    test("keeps quotes, backslashes, line ends and control characters", async () => {
      const text = `{"a":"\\"\\\\"}\r\n\t\u0001\u2028</script>`;
      expect((await given({ texts: [text] })).text).toBe(text);
    });

    checkCounts(wire, given);
    checkReasons(wire, given);

    test("takes a tool call for no text", async () => {
      const result = await given({ tool: { name: "get_weather", input: { city: "Köln" } } });
      expect(result.error).toBeNull();
      expect(result.parts.filter(({ type }) => type === "text")).toEqual([]);
      expect(result.parts.at(-1)?.type).toBe("finish");
      expect(result.finish?.called).toEqual(["get_weather"]);
    });
    test("gives the text beside a tool call", async () => {
      const result = await given({
        texts: ["Let me look."],
        tool: { name: "get_weather", input: { city: "Köln" } },
      });
      expect([result.error, result.text]).toEqual([null, "Let me look."]);
    });
    check(wire, "passes keep-alives over", null, async () => {
      const events = wire.events({ texts: ["a", "b"] });
      const { model } = await bench(
        wire,
        sends(
          wire,
          events.flatMap((event) => [wire.keepAlive ?? "", event]),
        ),
      );
      expect((await outcome(model, STREAM)).text).toBe("ab");
    });
    test("passes events over that nobody knows yet", async () => {
      const events = wire.events({ texts: ["a", "b"] });
      const { model } = await bench(
        wire,
        sends(wire, [wire.unknown, ...events.slice(0, 2), wire.unknown, ...events.slice(2)]),
      );
      const result = await outcome(model, STREAM);
      expect([result.error, result.text]).toEqual([null, "ab"]);
    });
    test("skips a malformed event where the rest is whole", async () => {
      const events = [...unfinished(wire, { texts: ["a", "b"] }), wire.malformed];
      const ending = wire.events({ texts: ["a", "b"] }).slice(-wire.ending);
      const { model } = await bench(wire, sends(wire, [...events, ...ending]));
      const result = await outcome(model, STREAM);
      expect([result.error, result.text]).toEqual([null, "ab"]);
      if (wire.skips["malformed-note"] === undefined)
        expect(notesOf(result, "warning")).toHaveLength(1);
    });
    check(
      wire,
      "ends soon where the connection stays open after the answer",
      "silent-end",
      async () => {
        const { model } = await bench(wire, sends(wire, wire.events({ texts: ["a"] }), "open"));
        const start = performance.now();
        expect((await outcome(model, STREAM)).text).toBe("a");
        expect(performance.now() - start).toBeLessThan(patience(4000));
      },
    );
  });
}

type Given = (reply: Reply) => ReturnType<typeof outcome>;

function checkCounts(wire: Wire, given: Given): void {
  test("reports the tokens as they were counted", async () => {
    const result = await given({ texts: ["a"], usage: { input: 1234, output: 56 } });
    expect(result.finish?.usage).toEqual({ prompt_tokens: 1234, completion_tokens: 56 });
  });
  test("tells a count of 0 from no count", async () => {
    const result = await given({ texts: ["a"], usage: { input: 7, output: 0 } });
    expect(result.finish?.usage).toEqual({ prompt_tokens: 7, completion_tokens: 0 });
  });
  check(wire, "counts apart what came from a cache", "cache", async () => {
    const result = await given({ texts: ["a"], usage: { input: 3120, output: 210, cached: 2944 } });
    expect(result.finish?.usage).toEqual({
      prompt_tokens: 3120,
      completion_tokens: 210,
      cache_read_tokens: 2944,
    });
  });
  check(wire, "reports no tokens where none were counted", "usage-null", async () => {
    expect((await given({ texts: ["a"], usage: null })).finish?.usage).toBeNull();
  });
  check(wire, "names the model that answered", "served", async () => {
    expect((await given({ texts: ["a"], served: "model-2026-11-01" })).finish?.served).toBe(
      "model-2026-11-01",
    );
  });
  test("names none where the server does not say", async () => {
    expect((await given({ texts: ["a"], served: null })).finish?.served).toBeNull();
  });
}

function checkReasons(wire: Wire, given: Given): void {
  test("says when the answer ran into its limit", async () => {
    expect((await given({ texts: ["a"], finish: "length" })).finish?.reason).toBe("length");
  });
  check(wire, "says when a filter stopped the answer", "content-filter", async () => {
    const result = await given({ texts: ["a"], finish: "content-filter" });
    expect([result.error, result.finish?.reason]).toEqual([null, "content-filter"]);
  });
  check(
    wire,
    "takes a reason that nobody knows yet for another one",
    "unknown-finish",
    async () => {
      expect((await given({ texts: ["a"], finish: "unheard-of" })).finish?.reason).toBe("other");
    },
  );
}
