import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { grammarOf } from "../../plugins/llamacpp/grammar.ts";
import { integerBetween, otherThan } from "../../plugins/llamacpp/grammar-terminals.ts";
import { readGgufHead } from "../../plugins/llamacpp/gguf.ts";
import { ModelFolder } from "../../plugins/llamacpp/folder.ts";
import { readSettings } from "../../plugins/llamacpp/settings.ts";
import { Shelf } from "../../plugins/llamacpp/shelf.ts";
import { FOLDER } from "./llamacpp.ts";
import { tinyModel } from "./tiny-gguf.ts";

/** An expression of a grammar, with no rules but `plain`, as a regular expression. */
function expressionOf(grammar: string): RegExp {
  const parts = grammar.matchAll(
    /"((?:\\.|[^"\\])*)"|(\[(?:\\.|[^\]\\])*\])|(plain)|([(){}|*?,0-9])|\s/g,
  );
  const pieces = [...parts].map(([, text, range, plain, sign]) => {
    if (text !== undefined) return text.replaceAll(/[.+*?^${}()|[\]]/g, String.raw`\$&`);
    if (range !== undefined)
      return range.replaceAll(
        /\\U([0-9A-F]{8})/g,
        (_, code: string) => `\\u{${code.replace(/^0+(?=.)/, "")}}`,
      );
    return plain === undefined ? (sign ?? "") : String.raw`[^"\\]`;
  });
  return new RegExp(`^(?:${pieces.join("")})$`, "u");
}

describe("integerBetween()", () => {
  test("allows the whole numbers between its bounds, and no others", () => {
    const whole = fc.integer({ min: -20_000, max: 20_000 });
    fc.assert(
      fc.property(whole, whole, fc.array(whole, { maxLength: 20 }), (first, second, others) => {
        const [least, most] = [Math.min(first, second), Math.max(first, second)];
        const expression = expressionOf(integerBetween(least, most) ?? "");
        const near = [least - 1, least, least + 1, most - 1, most, most + 1, 0, -1, 1];
        for (const number of [...near, ...others])
          expect([number, expression.test(String(number))]).toEqual([
            number,
            number >= least && number <= most,
          ]);
      }),
    );
  });

  test("allows no zeros before a number, and no minus before zero", () => {
    const expression = expressionOf(integerBetween(-5, 120) ?? "");
    for (const text of ["00", "01", "007", "-0", "-00", "+1", ""])
      expect([text, expression.test(text)]).toEqual([text, false]);
  });

  test("takes bounds that are no whole numbers, and none", () => {
    expect(integerBetween(0.5, 0.7)).toBeNull();
    expect(expressionOf(integerBetween(2.5, 3.5) ?? "").test("3")).toBe(true);
    expect(expressionOf(integerBetween(0, Infinity) ?? "").test("999999999999999")).toBe(true);
  });
});

test("otherThan() allows every name but those given", () => {
  const name = fc.string({
    unit: fc.constantFrom("a", "b", "]", "^", "-", "é", "😀"),
    maxLength: 4,
  });
  fc.assert(
    fc.property(
      fc.array(name, { maxLength: 6 }),
      fc.array(name, { maxLength: 12 }),
      (names, others) => {
        const expression = expressionOf(otherThan(names));
        for (const each of [...names, ...others, "", "a", "zz"])
          expect([each, expression.test(each)]).toEqual([each, !names.includes(each)]);
      },
    ),
  );
});

test("grammarOf() refuses a schema that would fill the memory", () => {
  const properties = Object.fromEntries(
    Array.from({ length: 6000 }, (_, index) => [`p${index}`, { const: index }]),
  );
  expect(() => grammarOf({ type: "object", properties })).toThrow("more than 5000 rules");
});

describe("readGgufHead()", () => {
  test("reads what a model was made for", async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "a.gguf");
      await writeFile(file, tinyModel({ window: 4096, pooling: 3 }));
      expect(await readGgufHead(file)).toEqual({ architecture: "llama", window: 4096, pooling: 3 });
    });
  });

  test("reads any beginning of a model, and any damage to it, without an error of its own", async () => {
    await inFolder(async (folder) => {
      const file = join(folder, "a.gguf");
      const whole = Buffer.from(tinyModel()).subarray(0, 700);
      await fc.assert(
        fc.asyncProperty(fc.nat(699), fc.nat(255), fc.nat(700), async (at, byte, length) => {
          const bytes = Buffer.from(whole.subarray(0, length));
          if (at < length) bytes[at] = byte;
          await writeFile(file, bytes);
          const head = await readGgufHead(file);
          expect(head === null || "window" in head).toBe(true);
        }),
        { numRuns: 300 },
      );
    });
  });
});

test("ModelFolder names models by their paths, and a model in parts once", async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, "org/deep"), { recursive: true });
    const files = [
      "b.gguf",
      "org/a.gguf",
      "big-00001-of-00002.gguf",
      "big-00002-of-00002.gguf",
      "mmproj-b.gguf",
      ".hidden.gguf",
      "note.txt",
    ];
    for (const file of files) await writeFile(join(folder, file), tinyModel());
    const models = new ModelFolder(folder);
    expect((await models.list()).map(({ name }) => name)).toEqual(["b", "big", "org/a"]);
    expect((await models.find("big"))?.file).toBe(join(folder, "big-00001-of-00002.gguf"));
    expect(await models.find("../b")).toBeNull();
  });
});

describe("Shelf", () => {
  interface Thing {
    readonly stamp: string;
  }
  const signal = new AbortController().signal;
  function shelfOf(places: number) {
    const told = { loaded: [] as string[], dropped: [] as string[], held: 0, most: 0 };
    const shelf = new Shelf<Thing, string>({
      places,
      async load({ stamp }) {
        told.most = Math.max(told.most, ++told.held);
        await Bun.sleep(1);
        if (stamp === "bad") {
          told.held--;
          throw new Error("it can't be loaded");
        }
        told.loaded.push(stamp);
        return stamp;
      },
      async drop(item) {
        await Bun.sleep(1);
        told.held--;
        told.dropped.push(item);
      },
    });
    const use = (stamp: string, ms = 0): Promise<string> =>
      shelf.use({ stamp }, signal, async (item) => {
        await Bun.sleep(ms);
        return item;
      });
    return { shelf, told, use };
  }

  test("never holds more than its places, whoever asks for what", async () => {
    const { told, use } = shelfOf(2);
    const asked = Array.from({ length: 60 }, (_, index) => `m${(index * 7) % 5}`);
    expect(await Promise.all(asked.map((stamp) => use(stamp, 1)))).toEqual(asked);
    expect(told.most).toBe(2);
  });

  test("drops what was used the longest ago", async () => {
    const { told, use } = shelfOf(2);
    for (const stamp of ["a", "b", "a", "c", "a"]) await use(stamp);
    expect(told.loaded).toEqual(["a", "b", "c"]);
    expect(told.dropped).toEqual(["b"]);
  });

  test("shares one load, and serves the next after one that failed", async () => {
    const { told, use } = shelfOf(1);
    await Promise.all([use("a"), use("a"), use("a")]);
    expect(told.loaded).toEqual(["a"]);
    const results = await Promise.allSettled([use("bad"), use("b")]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(await use("b")).toBe("b");
    expect(told.held).toBe(1);
  });

  test("lets nobody wait in vain: who gives up makes room for who is behind", async () => {
    const { shelf, use } = shelfOf(1);
    const long = use("a", 20);
    const life = new AbortController();
    const given = shelf.use({ stamp: "b" }, life.signal, async (item) => item);
    const behind = use("c");
    life.abort(new Error("given up"));
    expect(await given.catch((thrown: Error) => thrown.message)).toBe("given up");
    expect(await long).toBe("a");
    expect(await behind).toBe("c");
  });
});

test("readSettings() leaves a processor to others, and finds the home folder", () => {
  const { folder, threads } = readSettings({ folder: "~/models" }, "/data");
  expect(folder).toBe(join(process.env["HOME"] ?? "", "models"));
  expect(threads).toBeGreaterThan(0);
  expect(threads).toBeLessThan(Math.max(2, navigator.hardwareConcurrency));
  expect(readSettings({}, "/data").folder).toBe("/data/models");
});

test("a grammar has all digits of a constant, and says which bound it can't hold", () => {
  const huge = 9_007_199_254_740_993n;
  const { text } = grammarOf({ type: "integer", enum: [huge, 1] });
  expect(text).toContain("9007199254740993");
  const { weakened } = grammarOf({ type: "integer", minimum: 1, maximum: huge });
  expect(weakened).toEqual(["maximum at $"]);
});

test("the plugin's copy of the SDK is the SDK", async () => {
  for (const file of ["protocol.ts", "serve.ts", "stdio.ts"]) {
    const [copy, own] = [join(FOLDER, "sdk", file), join(FOLDER, "../sdk", file)];
    expect([file, await readFile(copy, "utf8")]).toEqual([file, await readFile(own, "utf8")]);
  }
});

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "modullm-gguf-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
