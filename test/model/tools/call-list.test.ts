import { describe, expect, test } from "bun:test";
import { CallList } from "../../../src/model/tools/call-list.ts";
import type { CallPiece } from "../../../src/model/tools/call-list.ts";

const OFFERS = ["find", "get_time"].map((name) => ({ name, description: "", input: {} }));
const TOOLS = { offers: OFFERS, choice: "auto", parallel: true } as const;

/** The calls of these pieces as name and arguments, with their ids in front. */
function listed(pieces: readonly CallPiece[], cut = false): readonly (readonly string[])[] {
  const calls = new CallList({ messages: [], tools: TOOLS });
  for (const piece of pieces) calls.add(piece);
  return calls.whole({ cut }).map((call) => [call.id, call.name, call.arguments]);
}

const TWO = [
  ["a", "find", '{"x":1}'],
  ["b", "get_time", '{"y":[2]}'],
];

/** The same two calls as servers of each habit send them. */
const HABITS: Readonly<Record<string, readonly CallPiece[]>> = {
  "id and name in the first piece": [
    { key: 0, id: "a", name: "find", arguments: "" },
    { key: 0, arguments: '{"x"' },
    { key: 0, arguments: ":1}" },
    { key: 1, id: "b", name: "get_time", arguments: '{"y":' },
    { key: 1, arguments: "[2]}" },
  ],
  "pieces of both by turns": [
    { key: 0, id: "a", name: "find" },
    { key: 1, id: "b", name: "get_time" },
    { key: 1, arguments: '{"y":' },
    { key: 0, arguments: '{"x"' },
    { key: 1, arguments: "[2]}" },
    { key: 0, arguments: ":1}" },
  ],
  "id and name in every piece": [
    { key: 0, id: "a", name: "find", arguments: '{"x"' },
    { key: 0, id: "a", name: "find", arguments: ":1}" },
    { key: 0, id: "a", name: "find", arguments: "" },
    { key: 1, id: "b", name: "get_time", arguments: '{"y":[2' },
    { key: 1, id: "b", name: "get_time", arguments: "]}" },
  ],
  "an empty id and name in later pieces": [
    { key: 0, id: "a", name: "find", arguments: '{"x"' },
    { key: 0, id: "", name: "", arguments: ":1}" },
    { key: 1, id: "b", name: "get_time", arguments: '{"y":' },
    { key: 1, id: null, name: null, arguments: "[2]}" },
  ],
  "no index at all": [
    { key: undefined, id: "a", name: "find", arguments: '{"x"' },
    { key: undefined, arguments: ":1}" },
    { key: undefined, id: "b", name: "get_time", arguments: '{"y":' },
    { key: undefined, arguments: "[2]}" },
  ],
  "no index, the id in every piece": [
    { key: null, id: "a", name: "find", arguments: '{"x"' },
    { key: null, id: "b", name: "get_time", arguments: '{"y":' },
    { key: null, id: "a", arguments: ":1}" },
    { key: null, id: "b", arguments: "[2]}" },
  ],
  "every call as the first one": [
    { key: 0, id: "a", name: "find", arguments: '{"x":1}' },
    { key: 0, id: "b", name: "get_time", arguments: '{"y":' },
    { key: 0, arguments: "[2]}" },
  ],
  "indexes from 1": [
    { key: 1, id: "a", name: "find", arguments: '{"x":1}' },
    { key: 2, id: "b", name: "get_time", arguments: '{"y":[2]}' },
  ],
  "whole, with objects for arguments": [
    { key: 0, id: "a", name: "find", arguments: { x: 1 } },
    { key: 1, id: "b", name: "get_time", arguments: { y: [2] } },
  ],
  "the name bit by bit": [
    { key: 0, id: "a", name: "fi" },
    { key: 0, name: "nd", arguments: '{"x":1}' },
    { key: 1, id: "b", name: "get_" },
    { key: 1, name: "time", arguments: '{"y":[2]}' },
  ],
  "the id late": [
    { key: 0, name: "find", arguments: '{"x"' },
    { key: 0, id: "a", arguments: ":1}" },
    { key: 1, name: "get_time" },
    { key: 1, id: "b", arguments: '{"y":[2]}' },
  ],
};

describe("CallList", () => {
  for (const [habit, pieces] of Object.entries(HABITS))
    test(`reads two calls from a server that sends ${habit}`, () => {
      expect(listed(pieces)).toEqual(TWO);
    });
  test("reads two calls without ids or indexes by their names", () => {
    const pieces = [
      { key: undefined, name: "find", arguments: '{"x":1}' },
      { key: undefined, name: "find", arguments: '{"x":' },
      { key: undefined, arguments: "2}" },
    ];
    expect(listed(pieces)).toEqual([
      ["call_1", "find", '{"x":1}'],
      ["call_2", "find", '{"x":2}'],
    ]);
  });
  test("gives a number to a second call of the same id", () => {
    const pieces = [0, 1].map((key) => ({ key, id: "same", name: "find", arguments: "{}" }));
    expect(listed(pieces).map(([id]) => id)).toEqual(["same", "call_2"]);
  });
  test("takes no id that a call of the conversation has", () => {
    const call = { id: "call_2", name: "find", arguments: "{}" };
    const messages = [{ role: "assistant", content: "", calls: [call] } as const];
    const calls = new CallList({ messages, tools: TOOLS });
    for (const id of ["call_2", undefined, "x"]) calls.add({ key: {}, id, name: "find" });
    expect(calls.whole({ cut: false }).map(({ id }) => id)).toEqual(["call_3", "call_4", "x"]);
  });
  test("has empty arguments for an empty object", () => {
    for (const written of ["", "  ", null, undefined])
      expect(listed([{ key: 0, id: "a", name: "find", arguments: written }])).toEqual([
        ["a", "find", written === "  " ? "{}" : "{}"],
      ]);
  });
  test("leaves half a call out where the reply was cut, and no whole one", () => {
    const first = { key: 0, id: "a", name: "find", arguments: "{}" };
    const half = { key: 1, id: "b", name: "find", arguments: '{"x":' };
    expect(listed([first, half], true).map(([id]) => id)).toEqual(["a"]);
    expect(listed([first], true).map(([id]) => id)).toEqual(["a"]);
    expect(listed([first, half]).map(([id]) => id)).toEqual(["a", "b"]);
  });
  for (const [written, name] of [
    ["functions.find", "find"],
    ["find<|channel|>commentary", "find"],
    ["functions.find<|constrain|>json", "find"],
    ["default_api:get_time", "get_time"],
    ["functions.other", "functions.other"],
    ["", "unnamed"],
  ] as const)
    test(`calls "${written}" by the name "${name}"`, () => {
      expect(listed([{ key: 0, id: "a", name: written }])[0]?.[1]).toBe(name);
    });
});
