import { expect, test } from "bun:test";
import { findMedia, hasMedia, requiredKinds, unknownMedia } from "../../src/program/media.ts";
import { isMediaPattern, matchesType, mediaKind, sniffType } from "../../src/program/media-type.ts";
import { programOf } from "../../src/program/parse.ts";
import { programText } from "../cli/command-line.ts";

const PICTURE = { type: "string", contentMediaType: "image/*" };

/** Beginnings of files, in Latin-1, and the type that they show. */
const BEGINNINGS: readonly (readonly [start: string, type: string | null])[] = [
  ["\u0089PNG\r\n\u001a\n\0\0\0\rIHDR", "image/png"],
  ["\u0089PNG\r\n", null],
  ["\u0089PNG\n\n\u001a\n", null],
  ["\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF", "image/jpeg"],
  ["\u00ff\u00d8\u00ff\u00e1\0\u0010Exif", "image/jpeg"],
  ["GIF87a\u0001\0", "image/gif"],
  ["GIF89a\u0001\0", "image/gif"],
  ["GIF90a\u0001\0", null],
  ["RIFF\u0024\0\0\0WEBPVP8 ", "image/webp"],
  ["RIFF\u0024\0\0\0WAVEfmt ", "audio/wav"],
  ["RIFF\u0024\0\0\0AVI LIST", null],
  ["OggS\0\u0002", "audio/ogg"],
  ['fLaC\0\0\0"', "audio/flac"],
  ["ID3\u0004\0\0", "audio/mpeg"],
  ["\u00ff\u00fb\u0090\u0064", "audio/mpeg"],
  ["\u00ff\u00f3\u0040\u00c4", "audio/mpeg"],
  ["\u00ff\u00ff\u00ff\u00ff", null],
  ["\u00ff\u00fb\u00f0\u0064", null],
  ["\u00ff\u00fe<\0h\0", null],
  ["\0\0\0\u0020ftypM4A \0\0", "audio/mp4"],
  ["\0\0\0\u0020ftypisom\0\0", "audio/mp4"],
  ["\0\0\0\u0020ftypheic\0\0", "image/heic"],
  ["\0\0\0\u0020ftypavif\0\0", "image/avif"],
  ["%PDF-1.7\n", "application/pdf"],
  ["\n\n%PDF-1.4\n", "application/pdf"],
  [`${" ".repeat(2000)}%PDF-1.4\n`, null],
  ["<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"],
  ["<?xml version='1.0'?>\n<svg>", "image/svg+xml"],
  ["<!DOCTYPE html><html>", "text/html"],
  ["<html><body>404", "text/html"],
  ["II*\0\u0008\0", "image/tiff"],
  ["PK\u0003\u0004", "application/zip"],
  ["root:x:0:0:root:/root:/bin/bash\n", null],
  ["", null],
  ["\u0089", null],
];

test("sniffType() goes by the first bytes alone", () => {
  for (const [start, type] of BEGINNINGS)
    expect([start.slice(0, 20), sniffType(Buffer.from(start, "latin1"))]).toEqual([
      start.slice(0, 20),
      type,
    ]);
});

test("matchesType() knows wildcards and the other names of types", () => {
  expect(matchesType("image/*", "image/png")).toBe(true);
  expect(matchesType("image/jpg", "image/jpeg")).toBe(true);
  expect(matchesType("AUDIO/X-WAV; rate=8000", "audio/wav")).toBe(true);
  expect(matchesType("image/png", "image/jpeg")).toBe(false);
  expect(matchesType("image/*", "audio/wav")).toBe(false);
  expect([
    mediaKind("application/pdf"),
    mediaKind("image/svg+xml"),
    mediaKind("constructor"),
  ]).toEqual(["pdf", null, null]);
  expect(
    ["image/*", "audio/mp3", "application/pdf", "text/html", "image/tiff", "constructor", 3].map(
      isMediaPattern,
    ),
  ).toEqual([true, true, true, false, false, false, false]);
});

/** Schemas with a value, and the paths of what is media in it. */
const PLACES: readonly (readonly [
  name: string,
  schema: object,
  value: unknown,
  paths: readonly string[],
])[] = [
  ["a property", { properties: { p: PICTURE } }, { p: "x", q: "y" }, ["p"]],
  ["no string", { properties: { p: PICTURE } }, { p: 3 }, []],
  [
    "null where it may be",
    { properties: { p: { anyOf: [PICTURE, { type: "null" }] } } },
    { p: null },
    [],
  ],
  [
    "the string of a nullable",
    { properties: { p: { anyOf: [PICTURE, { type: "null" }] } } },
    { p: "x" },
    ["p"],
  ],
  ["a list", { properties: { p: { items: PICTURE } } }, { p: ["x", 1, "y"] }, ["p.0", "p.2"]],
  [
    "a tuple",
    { properties: { p: { prefixItems: [{ type: "string" }, PICTURE], items: false } } },
    { p: ["x", "y"] },
    ["p.1"],
  ],
  ["nested", { properties: { a: { properties: { b: PICTURE } } } }, { a: { b: "x" } }, ["a.b"]],
  [
    "$ref",
    { $defs: { "a/b": PICTURE }, properties: { p: { $ref: "#/$defs/a~1b" } } },
    { p: "x" },
    ["p"],
  ],
  [
    "a recursive $ref",
    { properties: { p: PICTURE, next: { $ref: "#" } } },
    { p: "x", next: { p: "y", next: { p: "z" } } },
    ["p", "next.p", "next.next.p"],
  ],
  ["a $ref to itself", { $ref: "#" }, { p: "x" }, []],
  ["allOf", { allOf: [{ properties: { p: PICTURE } }] }, { p: "x" }, ["p"]],
  [
    "other properties",
    { properties: { q: true }, additionalProperties: PICTURE },
    { q: "x", r: "y" },
    ["r"],
  ],
  [
    "patterns",
    { patternProperties: { "^pic": PICTURE } },
    { picture: "x", other: "y" },
    ["picture"],
  ],
  [
    "dependentSchemas",
    { dependentSchemas: { q: { properties: { p: PICTURE } } } },
    { q: 1, p: "x" },
    ["p"],
  ],
  [
    "the branch that its constant speaks for",
    {
      properties: {
        part: {
          oneOf: [
            { properties: { kind: { const: "text" }, body: { type: "string" } } },
            { properties: { kind: { const: "picture" }, body: PICTURE } },
          ],
        },
      },
    },
    { part: { kind: "picture", body: "x" } },
    ["part.body"],
  ],
  [
    "not the branch that its constant speaks against",
    { oneOf: [{ properties: { kind: { enum: ["picture"] }, body: PICTURE } }, true] },
    { kind: "text", body: "x" },
    [],
  ],
  [
    "other media types are text",
    { properties: { p: { contentMediaType: "text/html" } } },
    { p: "x" },
    [],
  ],
];

test("findMedia() finds what the schema calls media", () => {
  for (const [name, schema, value, paths] of PLACES)
    expect([name, findMedia(schema, value).map(({ path }) => path.join("."))]).toEqual([
      name,
      [...paths],
    ]);
});

test("findMedia() tells where in the schema it says so, and all that is accepted", () => {
  const schema = {
    properties: {
      p: { anyOf: [PICTURE, { contentMediaType: "application/pdf", contentEncoding: "base64" }] },
    },
  };
  expect(findMedia(schema, { p: "x" })).toEqual([
    {
      path: ["p"],
      schemaPath: ["properties", "p", "anyOf", 0, "contentMediaType"],
      accepts: ["image/*", "application/pdf"],
      base64: true,
    },
  ]);
});

test("hasMedia(), requiredKinds() and unknownMedia() look at the schema alone", () => {
  expect(hasMedia({ properties: { p: { items: { anyOf: [PICTURE] } } } })).toBe(true);
  expect(hasMedia({ properties: { p: { contentMediaType: "application/json" } } })).toBe(false);
  const schema = {
    properties: { p: PICTURE, q: PICTURE, a: { type: "string", contentMediaType: "audio/wav" } },
    required: ["p", "gone"],
  };
  expect([...requiredKinds(schema)]).toEqual(["image"]);
  expect(
    unknownMedia({ properties: { p: { contentMediaType: "image/tiff" }, q: PICTURE } }),
  ).toEqual(["image/tiff"]);
});

test("parseProgram() takes words for a picture in an example, and refuses a data URI", () => {
  const front = (picture: string) => ({
    input_schema:
      "{type: object, properties: {picture: {type: string, contentMediaType: image/*}}}",
    examples: `[{input: {picture: "${picture}"}, output: {out: x}}]`,
  });
  expect(programOf(programText(front("(a red chair)"))).takesMedia).toBe(true);
  expect(() => programOf(programText(front("data:image/png;base64,AAAA")))).toThrow(
    'The example "examples.0.input.picture" is a data URI',
  );
});
