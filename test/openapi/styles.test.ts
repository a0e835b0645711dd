import { describe, expect, test } from "bun:test";
import type { Json } from "../../src/core/json.ts";
import type { Parameter } from "../../src/openapi/shape.ts";
import { written } from "../../src/openapi/styles.ts";

function parameter(style: string, explode: boolean): Parameter {
  const where = ["simple", "label", "matrix"].includes(style) ? "path" : "query";
  return {
    property: "color",
    name: "color",
    in: where,
    style,
    explode,
    allowReserved: false,
    isJson: false,
  };
}

const LIST = ["blue", "black", "brown"];
const OBJECT = { R: 100, G: 200, B: 150 };

/** The examples of OpenAPI 3.1, section "Style Examples"; blanks and pipes are escaped. */
const EXAMPLES: readonly (readonly [string, boolean, Json, string])[] = [
  ["matrix", false, "", ";color"],
  ["matrix", false, "blue", ";color=blue"],
  ["matrix", false, LIST, ";color=blue,black,brown"],
  ["matrix", false, OBJECT, ";color=R,100,G,200,B,150"],
  ["matrix", true, LIST, ";color=blue;color=black;color=brown"],
  ["matrix", true, OBJECT, ";R=100;G=200;B=150"],
  ["label", false, "", "."],
  ["label", false, "blue", ".blue"],
  ["label", false, LIST, ".blue,black,brown"],
  ["label", false, OBJECT, ".R,100,G,200,B,150"],
  ["label", true, LIST, ".blue.black.brown"],
  ["label", true, OBJECT, ".R=100.G=200.B=150"],
  ["simple", false, "blue", "blue"],
  ["simple", false, LIST, "blue,black,brown"],
  ["simple", false, OBJECT, "R,100,G,200,B,150"],
  ["simple", true, LIST, "blue,black,brown"],
  ["simple", true, OBJECT, "R=100,G=200,B=150"],
  ["form", false, "", "color="],
  ["form", false, "blue", "color=blue"],
  ["form", false, LIST, "color=blue,black,brown"],
  ["form", false, OBJECT, "color=R,100,G,200,B,150"],
  ["form", true, LIST, "color=blue&color=black&color=brown"],
  ["form", true, OBJECT, "R=100&G=200&B=150"],
  ["spaceDelimited", false, LIST, "color=blue%20black%20brown"],
  ["spaceDelimited", false, OBJECT, "color=R%20100%20G%20200%20B%20150"],
  ["pipeDelimited", false, LIST, "color=blue%7Cblack%7Cbrown"],
  ["pipeDelimited", false, OBJECT, "color=R%7C100%7CG%7C200%7CB%7C150"],
  ["deepObject", true, OBJECT, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"],
];

describe("written() follows the examples of the standard", () => {
  test.each(EXAMPLES)("%s, explode %p, %j", (style, explode, value, expected) => {
    expect(written(parameter(style, explode), value).join("&")).toBe(expected);
  });
});

test("what would be read as something else is escaped, in keys and values", () => {
  const form = parameter("form", true);
  expect(written(form, "a&b=c d/e?f#g,h")).toEqual(["color=a%26b%3Dc%20d%2Fe%3Ff%23g%2Ch"]);
  expect(written(form, { "a&b": "c=d" })).toEqual(["a%26b=c%3Dd"]);
  expect(written(parameter("form", false), ["a,b", "c"])).toEqual(["color=a%2Cb,c"]);
  expect(written(parameter("deepObject", true), { "a]": "é" })).toEqual(["color%5Ba%5D%5D=%C3%A9"]);
  expect(written(parameter("simple", false), "../x")).toEqual(["..%2Fx"]);
});

test("with `allowReserved` reserved characters stay, but those that would end a pair", () => {
  expect(written({ ...parameter("form", true), allowReserved: true }, "a/b?c&d=e#f")).toEqual([
    "color=a/b?c%26d%3De%23f",
  ]);
});

test("a parameter with content is one JSON text", () => {
  expect(written({ ...parameter("form", true), isJson: true }, { a: [1, "é"] })).toEqual([
    "color=%7B%22a%22%3A%5B1%2C%22%C3%A9%22%5D%7D",
  ]);
});
