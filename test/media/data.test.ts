import { createHash } from "node:crypto";
import { expect, test } from "bun:test";
import { dataUri, JPEG, PDF, PNG, WAV } from "./files.ts";
import { readerIn } from "./reader.ts";

const reader = readerIn("/");

function decode(text: string, ...accepts: string[]): unknown {
  const reading = reader.decode(text, accepts.length === 0 ? ["image/*"] : accepts);
  return reading.ok ? reading.media.attachment.mediaType : reading.reason;
}

test("decode() gives the bytes with what they show", () => {
  const reading = reader.decode(dataUri("image/png", PNG), ["image/*"]);
  expect(reading).toEqual({
    ok: true,
    media: {
      attachment: { mediaType: "image/png", data: PNG.toString("base64"), name: "image.png" },
      size: PNG.length,
      digest: createHash("sha256").update(PNG).digest("hex"),
      name: null,
    },
  });
});

test("decode() takes what data URIs may look like", () => {
  const base64 = PNG.toString("base64");
  expect(decode(`DATA:IMAGE/PNG;BASE64,${base64}`)).toBe("image/png");
  expect(decode(`data:;base64,${base64}`)).toBe("image/png");
  expect(decode(`data:image/png;name=a.png;base64,${base64}`)).toBe("image/png");
  expect(decode(`data:application/octet-stream;base64,${base64}`)).toBe("image/png");
  expect(decode(`data:image/png;base64,${base64.replaceAll("=", "")}`)).toBe("image/png");
  expect(decode(`data:image/png;base64,${encodeURIComponent(base64)}`)).toBe("image/png");
  expect(decode(`data:image/png;base64,${base64.replaceAll(/.{20}/g, "$&\r\n")}`)).toBe(
    "image/png",
  );
  expect(decode(base64)).toBe("image/png");
  expect(decode(dataUri("audio/x-wav", WAV), "audio/*")).toBe("audio/wav");
  expect(decode(dataUri("application/pdf", PDF), "image/*", "application/pdf")).toBe(
    "application/pdf",
  );
});

test("decode() says what is wrong", () => {
  const base64 = PNG.toString("base64");
  expect(decode("data:image/png,hello")).toBe("is a data URI whose data is not in base64");
  expect(decode("data:image/png;base64")).toBe(
    "is a data URI without the comma that its data follows",
  );
  expect(decode("data:image/png;base64,")).toBe("holds no data");
  expect(decode(`data:image/png;base64,${base64.slice(0, 8)}*${base64}`)).toBe(
    'is not base64: "*" stands at character 9 of the data',
  );
  expect(decode(`data:image/png;base64,${base64.slice(0, 9)}`)).toBe(
    "is not base64: it was cut off, or characters are missing",
  );
  expect(decode(`data:image/png;base64,iVBORw=`)).toBe(
    "is not base64: it was cut off, or characters are missing",
  );
  expect(decode("data:image/png;base64,aGVsbG8gd29ybGQ=")).toBe(
    "is of no known type by its first bytes, but image/* is wanted",
  );
  expect(decode(dataUri("image/png", JPEG))).toBe(
    "says that it is image/png, but by its first bytes it is image/jpeg",
  );
  expect(decode(dataUri("image/jpeg", JPEG), "image/png")).toBe(
    "is image/jpeg by its first bytes, but image/png is wanted",
  );
  expect(decode(dataUri("image/png", WAV))).toBe(
    "is audio/wav by its first bytes, but image/* is wanted",
  );
  expect(decode(dataUri("image/heic", Buffer.from("\0\0\0 ftypheic\0\0")))).toBe(
    "is image/heic by its first bytes, but image/* is wanted",
  );
});

test("decode() refuses what is over the limit before it decodes it", () => {
  const large = Buffer.concat([PNG, Buffer.alloc(1024 * 1024)]);
  expect(decode(dataUri("image/png", large))).toBe("has 1.0 MiB, but no more than 1 MiB is taken");
  const edge = Buffer.concat([PNG, Buffer.alloc(1024 * 1024 - PNG.length)]);
  expect(decode(dataUri("image/png", edge))).toBe("image/png");
});
