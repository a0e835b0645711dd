import { expect, test } from "bun:test";
import { play, type Task } from "../../src/insight/predict-schedule.ts";

interface Step extends Task {
  readonly name: string;
  readonly ms: number;
  readonly times: number;
  readonly children: readonly Step[];
}

type Entry = readonly [name: string, ms: number, wish?: Wish];

interface Wish {
  readonly reads?: readonly string[];
  readonly uses?: readonly Entry[];
  readonly times?: number;
  readonly provider?: string;
}

function step(name: string, ms: number, { uses = [], times = 1, provider = "p" }: Wish = {}): Step {
  const children = uses.map(([child, childMs, wish = {}], at): Step => {
    const followers = uses.flatMap(([, , other], index) =>
      other?.reads?.includes(child) ? [index] : [],
    );
    return {
      ...step(child, childMs, wish),
      needs: wish.reads?.length ?? 0,
      followers,
      provider: wish.provider ?? "p",
      name: `${name}/${child}${at}`,
    };
  });
  return { name, ms, times, provider, needs: 0, followers: [], children };
}

function playAll(root: Step, concurrency = 4): { ms: number; began: string[] } {
  const began: string[] = [];
  const ms = play<Step>(root, {
    concurrency,
    times: (task) => task.times,
    duration: (task) => {
      began.push(task.name);
      return task.ms;
    },
  });
  return { ms, began };
}

test("play() calls a program when all it uses are done", () => {
  const { ms, began } = playAll(
    step("a", 5, {
      uses: [
        ["b", 10],
        ["c", 30, { uses: [["d", 1]] }],
      ],
    }),
  );
  expect(ms).toBe(36);
  expect(began).toEqual(["a/b0", "c/d0", "a/c1", "a"]);
});

test("play() takes a diamond's critical path", () => {
  const diamond = step("a", 1, {
    uses: [
      ["end", 10, { reads: ["left", "right"] }],
      ["left", 20, { reads: ["top"] }],
      ["right", 50, { reads: ["top"] }],
      ["top", 100],
    ],
  });
  expect(playAll(diamond).ms).toBe(161);
});

test("play() gives a provider's room to who came first, and each provider its own", () => {
  const four: readonly Entry[] = [
    ["b", 10],
    ["c", 10],
    ["d", 10],
    ["e", 10, { provider: "q" }],
  ];
  expect(playAll(step("a", 1, { uses: four }), 2).ms).toBe(21);
  expect(playAll(step("a", 1, { uses: four }), 1).ms).toBe(31);
  expect(playAll(step("a", 1, { uses: four }), 1).began).toEqual([
    "a/b0",
    "a/e3",
    "a/c1",
    "a/d2",
    "a",
  ]);
});

test("play() runs as many elements of an entry at a time as calls, with all that is below them", () => {
  const page: Entry = ["page", 10, { times: 5, uses: [["part", 5]] }];
  const { ms, began } = playAll(step("a", 1, { uses: [page] }), 2);
  expect(ms).toBe(3 * 15 + 1);
  expect(began).toHaveLength(11);
});

test("play() goes on at once where an entry does not run", () => {
  const skipped = step("a", 1, {
    uses: [
      ["b", 10, { times: 0 }],
      ["c", 20, { times: 0, reads: ["b"] }],
      ["d", 40, { reads: ["c"] }],
    ],
  });
  expect(playAll(skipped).ms).toBe(41);
  expect(playAll(step("a", 1, { uses: [["b", 10, { times: 0 }]] })).began).toEqual(["a"]);
});
