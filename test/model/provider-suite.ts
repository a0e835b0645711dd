import { describe, expect, test } from "bun:test";
import type { ModelRequest } from "../../src/model/model.ts";
import type { ModelProvider } from "../../src/model/provider.ts";
import { errorOf, outcome } from "./calls.ts";

/**
 * `answers`: an ordinary answer. `says-nothing`: an answer without text. `hangs`: no answer, ever.
 */
export type Behaviour = "answers" | "says-nothing" | "hangs";

export interface Subject {
  readonly provider: ModelProvider;
  /** What `model()` is called with. */
  readonly name: string;
  /** What its `id` must be. */
  readonly id: string;
  readonly request: ModelRequest;
  /**
   * Resolves when the other side has seen the connection close; left out where there is no other
   * side.
   */
  readonly disconnected?: () => Promise<void>;
  close(): Promise<void>;
}

/** Cases that do not apply to a provider, each with the reason. */
export type Skips = Partial<Record<"says-nothing" | "abort", string>>;

/** The contract in `model.ts`: every provider passes it. */
export function testProvider(
  name: string,
  make: (behaviour: Behaviour) => Promise<Subject>,
  skips: Skips = {},
): void {
  const using = async (behaviour: Behaviour, work: (subject: Subject) => Promise<void>) => {
    const subject = await make(behaviour);
    try {
      await work(subject);
    } finally {
      await subject.provider.close?.();
      await subject.close();
    }
  };

  describe(`provider ${name}`, () => {
    testAnswers(using);
    testStops(using, skips);
    test("names its models as programs write them", () =>
      using("answers", async (subject) => {
        expect(subject.provider.model(subject.name).id).toBe(subject.id);
      }));
    test("is ready without a call being paid for", () =>
      using("answers", async (subject) => {
        await subject.provider
          .model(subject.name)
          .ready(new AbortController().signal, () => undefined);
      }));
  });
}

type Using = (behaviour: Behaviour, work: (subject: Subject) => Promise<void>) => Promise<void>;

function testAnswers(using: Using): void {
  for (const stream of [false, true]) {
    test(`ends with one finish, after text that is never empty (stream: ${stream})`, () =>
      using("answers", async (subject) => {
        const result = await outcome(subject.provider.model(subject.name), {
          ...subject.request,
          stream,
        });
        expect(result.error).toBeNull();
        expect(result.parts.filter((part) => part.type === "finish")).toHaveLength(1);
        expect(result.parts.at(-1)?.type).toBe("finish");
        expect(result.text).not.toBe("");
        expect(result.parts.some((part) => part.type === "text" && part.text === "")).toBe(false);
        const { usage } = result.finish ?? { usage: null };
        if (usage !== null)
          expect(
            [usage.prompt_tokens, usage.completion_tokens].every(
              (n) => Number.isInteger(n) && n >= 0,
            ),
          ).toBe(true);
      }));
  }
  test("answers several calls at the same time", () =>
    using("answers", async (subject) => {
      const model = subject.provider.model(subject.name);
      const results = await Promise.all(
        Array.from({ length: 5 }, () => outcome(model, subject.request)),
      );
      expect(results.map((result) => result.error)).toEqual([null, null, null, null, null]);
      expect(new Set(results.map((result) => result.text)).size).toBe(1);
    }));
  test("leaves the request as it was", () =>
    using("answers", async (subject) => {
      const before = structuredClone(subject.request);
      await outcome(subject.provider.model(subject.name), subject.request);
      expect(subject.request).toEqual(before);
    }));
  test("lets the caller stop reading early", () =>
    using("answers", async (subject) => {
      const model = subject.provider.model(subject.name);
      for await (const part of model.call(subject.request, new AbortController().signal))
        if (part.type === "text") break;
      expect((await outcome(model, subject.request)).error).toBeNull();
    }));
}

function testStops(using: Using, skips: Skips): void {
  test("ends a call that is aborted before it begins with RLLM_022", () =>
    using("answers", async (subject) => {
      const result = await outcome(
        subject.provider.model(subject.name),
        subject.request,
        AbortSignal.abort(),
      );
      expect(result.error?.code).toBe("RLLM_022");
    }));
  testOrSkip("closes the connection when it is aborted, with RLLM_022", skips.abort, () =>
    using("hangs", async (subject) => {
      const controller = new AbortController();
      const running = errorOf(async () => {
        for await (const part of subject.provider
          .model(subject.name)
          .call(subject.request, controller.signal))
          void part;
      });
      setTimeout(() => controller.abort(), 50);
      expect((await running).code).toBe("RLLM_022");
      await subject.disconnected?.();
    }),
  );
  testOrSkip("gives no text part where the reply has no text", skips["says-nothing"], () =>
    using("says-nothing", async (subject) => {
      const result = await outcome(subject.provider.model(subject.name), subject.request);
      expect(result.error).toBeNull();
      expect(result.parts.filter((part) => part.type === "text")).toEqual([]);
      expect(result.parts.at(-1)?.type).toBe("finish");
    }),
  );
}

function testOrSkip(name: string, reason: string | undefined, work: () => Promise<void>): void {
  if (reason === undefined) test(name, work);
  else test.skip(`${name} (not here: ${reason})`, work);
}
