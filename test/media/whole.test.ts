import { expect, test } from "bun:test";
import { endsWhole } from "../../src/media/whole.ts";
import { PNG } from "./files.ts";

const text = (value: string) => new Uint8Array(Buffer.from(value, "latin1"));
const riff = (kind: string, told: number, length: number) => {
  const bytes = Buffer.alloc(length);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(told, 4);
  bytes.write(kind, 8, "latin1");
  return new Uint8Array(bytes);
};

test("endsWhole() knows the end of each type that has one", () => {
  for (const [whole, half] of [
    [PNG, PNG.subarray(0, PNG.length - 5)],
    [text("\u00ff\u00d8\u00ff\u00e0data\u00ff\u00d9"), text("\u00ff\u00d8\u00ff\u00e0data")],
    [text("GIF89a\u0001\u0000\u0001\u0000;"), text("GIF89a\u0001\u0000\u0001")],
    [text("%PDF-1.7\nstuff\n%%EOF\n"), text("%PDF-1.7\nstuff")],
    [riff("WEBPVP8 ", 32, 40), riff("WEBPVP8 ", 32, 39)],
    [riff("WAVEfmt ", 32, 40), riff("WAVEfmt ", 32, 20)],
  ] as const)
    expect([endsWhole(whole), endsWhole(half)]).toEqual([true, false]);
  expect(endsWhole(text("fLaC rest"))).toBeNull();
  expect(endsWhole(text("words"))).toBeNull();
});
