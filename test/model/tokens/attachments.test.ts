import { expect, test } from "bun:test";
import type { Attachment } from "../../../src/model/attachment.ts";
import { createTokenCounter } from "../../../src/model/tokens.ts";
import { attachmentTokens } from "../../../src/model/tokens/attachments.ts";
import { pagesOf, pixelsOf, secondsOf } from "../../../src/model/tokens/measure.ts";
import { JPEG, PDF, PNG, WAV } from "../../media/files.ts";

/** A PNG as far as its header. */
function png(width: number, height: number): Attachment {
  const bytes = Buffer.from(PNG);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return { mediaType: "image/png", data: bytes.toString("base64"), name: "a.png" };
}

test("pixelsOf() reads the size out of each format's header", () => {
  expect(pixelsOf("image/png", PNG)).toEqual([3, 2]);
  expect(pixelsOf("image/jpeg", JPEG)).toEqual([3, 2]);
  expect(pixelsOf("image/gif", Buffer.from("GIF89a\u0003\0\u0002\0", "latin1"))).toEqual([3, 2]);
  const lossy = "RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\u009d\u0001\u002a\u0003\0\u0002\0";
  expect(pixelsOf("image/webp", Buffer.from(lossy, "latin1"))).toEqual([3, 2]);
  const lossless = "RIFF\0\0\0\0WEBPVP8L\0\0\0\0\u002f\u0002\u0040\0\0\0\0\0\0\0";
  expect(pixelsOf("image/webp", Buffer.from(lossless, "latin1"))).toEqual([3, 2]);
  const extended = "RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\u0002\0\0\u0001\0\0";
  expect(pixelsOf("image/webp", Buffer.from(extended, "latin1"))).toEqual([3, 2]);
});

test("pixelsOf() finds nothing in what is cut or crooked, and ends", () => {
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"])
    for (const bytes of [PNG, JPEG, Buffer.alloc(40), Buffer.alloc(40, 255)])
      for (let length = 0; length <= bytes.length; length++)
        pixelsOf(type, bytes.subarray(0, length));
  expect(pixelsOf("image/jpeg", Buffer.from("ffd8ffe00000ffe00000", "hex"))).toBeNull();
  expect(pixelsOf("image/png", PNG.subarray(0, 20))).toBeNull();
});

test("secondsOf() and pagesOf() know a WAV and a plain PDF, and guess at others", () => {
  expect(secondsOf("audio/wav", WAV)).toBeCloseTo(0.13, 2);
  expect(secondsOf("audio/mpeg", new Uint8Array(80_000))).toBe(10);
  expect(pagesOf(PDF)).toBe(1);
  expect(pagesOf(Buffer.from("%PDF-1.7 /Type /Pages /Type/Page /Type /Page\n"))).toBe(2);
  expect(pagesOf(Buffer.alloc(120_000))).toBe(3);
});

test("attachmentTokens() goes by what providers publish", () => {
  const tokens = (width: number, height: number, model: string) =>
    attachmentTokens(png(width, height), model);
  expect(tokens(1024, 1024, "openai/gpt-4o")).toBe(765);
  expect(tokens(2048, 4096, "openai/gpt-4o")).toBe(1105);
  expect(tokens(1024, 1024, "openai/gpt-5-mini")).toBe(Math.ceil(1024 * 2.46));
  expect(tokens(1024, 1024, "openai/gpt-4o-mini")).toBe(2833 + 4 * 5667);
  expect(tokens(1092, 1092, "anthropic/claude-haiku-4-5")).toBe(1590);
  expect(tokens(8000, 8000, "anthropic/claude-haiku-4-5")).toBe(4784);
  expect(tokens(300, 300, "google/gemini-2.5-flash")).toBe(1120);
  expect(tokens(3072, 3072, "google/gemini-2.5-flash")).toBe(16 * 258);
  expect(tokens(64, 64, "ollama/llava")).toBe(576);
  expect(tokens(9000, 9000, "ollama/llava")).toBe(4096);
  const sound = { mediaType: "audio/wav", data: WAV.toString("base64"), name: "a.wav" };
  expect(attachmentTokens(sound, "google/gemini-2.5-flash")).toBe(5);
  const page = { mediaType: "application/pdf", data: PDF.toString("base64"), name: "a.pdf" };
  expect([
    attachmentTokens(page, "anthropic/x"),
    attachmentTokens(page, "google/gemini-2.5-pro"),
  ]).toEqual([2500, 560]);
});

test("a counter measures a picture once for each model", () => {
  const counter = createTokenCounter();
  const picture = png(1024, 1024);
  expect(counter.attachment(picture, "openai/gpt-4o")).toBe(765);
  expect(counter.attachment(picture, "ollama/llava")).toBe(4096);
  expect(counter.attachment(picture, "openai/gpt-4o")).toBe(765);
});
