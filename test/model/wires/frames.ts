import { crc32 } from "node:zlib";

/**
 * One message of AWS's binary event stream, a character a byte:
 * smithy.io/2.0/aws/amazon-eventstream.html.
 */
export function frame(headers: Readonly<Record<string, string>>, payload: string): string {
  const named = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const text = Buffer.from(value);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(text.length);
      return Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name),
        Buffer.from([7]),
        length,
        text,
      ]);
    }),
  );
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(named.length + body.length + 16, 0);
  prelude.writeUInt32BE(named.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const whole = Buffer.concat([prelude, named, body]);
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc32(whole));
  return Buffer.concat([whole, end]).toString("latin1");
}

/** An event, as Bedrock frames it. */
export function eventFrame(type: string, payload: unknown): string {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  const about = { ":content-type": "application/json", ":message-type": "event" };
  return frame({ ":event-type": type, ...about }, text);
}

/** An error amid the stream. */
export function exceptionFrame(type: string, message: string): string {
  const about = { ":content-type": "application/json", ":message-type": "exception" };
  return frame({ ":exception-type": type, ...about }, JSON.stringify({ message }));
}
