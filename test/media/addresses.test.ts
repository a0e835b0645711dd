import { expect, test } from "bun:test";
import { isPublicAddress } from "../../src/media/addresses.ts";
import { createMediaReader } from "../../src/media/media.ts";

/** Ways to write a host in a URL that must not be reached. A name leads where `NAMES` says. */
const CLOSED: readonly string[] = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "127.255.255.254",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0x7F.0x0.0x0.0x1",
  "017700000001",
  "0177.0.0.1",
  "0",
  "0.0.0.0",
  "0.1.2.3",
  "10.0.0.1",
  "10.255.255.255",
  "167772161",
  "012.0.0.1",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.0.1",
  "192.168.1.254",
  "3232235777",
  "169.254.169.254",
  "169.254.1",
  "2852039166",
  "0xA9FEA9FE",
  "0251.0376.0251.0376",
  "168.63.129.16",
  "100.64.0.1",
  "100.100.100.200",
  "192.0.0.192",
  "192.0.2.1",
  "198.18.0.1",
  "198.51.100.7",
  "203.0.113.9",
  "224.0.0.1",
  "239.255.255.250",
  "240.0.0.1",
  "255.255.255.255",
  "192.88.99.1",
  "127。0。0。1",
  "①②⑦.⓪.⓪.①",
  "%31%32%37.0.0.1",
  "127.0.0.1.",
  "[::]",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::127.0.0.1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:10.0.0.1]",
  "[::ffff:169.254.169.254]",
  "[64:ff9b::127.0.0.1]",
  "[64:ff9b::a9fe:a9fe]",
  "[64:ff9b:1::1]",
  "[::ffff:0:127.0.0.1]",
  "[fe80::1]",
  "[febf::1]",
  "[fec0::1]",
  "[fc00::1]",
  "[fd00:ec2::254]",
  "[ff02::1]",
  "[100::1]",
  "[2001:db8::1]",
  "[2001::1]",
  "[2001:10::1]",
  "[2001:20::1]",
  "[2002:7f00:1::1]",
  "[2002:a9fe:a9fe::]",
  "[3fff::1]",
  "[5f00::1]",
  "[4000::1]",
  "localhost",
  "LOCALHOST.",
  "metadata.google.internal",
  "rebound.example",
  "half.example",
  "mapped.example",
  "zone.example",
];

const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ["127.0.0.1", "::1"],
  "localhost.": ["127.0.0.1"],
  "metadata.google.internal": ["169.254.169.254"],
  "rebound.example": ["10.1.2.3"],
  "half.example": ["93.184.215.14", "192.168.0.7"],
  "mapped.example": ["::ffff:192.168.0.7"],
  "zone.example": ["fe80::1%eth0"],
};

const PUBLIC: readonly string[] = [
  "1.1.1.1",
  "8.8.8.8",
  "93.184.215.14",
  "9.255.255.255",
  "11.0.0.0",
  "126.255.255.255",
  "128.0.0.1",
  "172.15.255.255",
  "172.32.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "169.253.255.255",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001:82b::200e",
  "2001:4860:4860::8888",
  "2001:200::1",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
  "64:ff9b::808:808",
];

const NO_ADDRESSES: readonly string[] = [
  "",
  "localhost",
  "1.2.3",
  "1.2.3.256",
  "01.2.3.4",
  "1.2.3.4.5",
  "0x1.2.3.4",
  "2606:4700",
  "2606:::1",
  "2606::1::2",
  "2606:4700:4700:0:0:0:0:0:1111",
  "2606::12345",
  "2606::g",
  "2606::1%eth0",
  "[2606::1]",
  "::ffff:1.2.3",
  "2606::1.2.3.400",
];

test("isPublicAddress() lets the public internet through, and nothing that it can't read", () => {
  for (const address of PUBLIC)
    expect([address, isPublicAddress(address)]).toEqual([address, true]);
  for (const address of NO_ADDRESSES)
    expect([address, isPublicAddress(address)]).toEqual([address, false]);
});

test("isPublicAddress() decides every edge of a range on its own side", () => {
  for (let first = 0; first < 256; first++)
    for (const second of [0, 15, 16, 31, 32, 63, 64, 127, 128, 168, 254, 255]) {
      const closed =
        [0, 10, 127].includes(first) ||
        first >= 224 ||
        (first === 100 && second >= 64 && second < 128) ||
        (first === 169 && second === 254) ||
        (first === 172 && second >= 16 && second < 32) ||
        (first === 192 && second === 168);
      const address = `${first}.${second}.77.1`;
      expect([address, isPublicAddress(address)]).toEqual([address, !closed]);
      expect(isPublicAddress(`::ffff:${address}`)).toBe(!closed);
      expect(isPublicAddress(`64:ff9b::${address}`)).toBe(!closed);
    }
});

test("a reader dials none of the ways to write a closed address", async () => {
  const dialled: string[] = [];
  const trap = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { open: () => void dialled.push("connection"), data() {} },
  });
  const reader = createMediaReader({
    cwd: "/",
    allow: [],
    hosts: [],
    limits: { image: 1, audio: 1, pdf: 1 },
    env: {},
    lookup: async (host) => NAMES[host] ?? [],
  });
  for (const host of CLOSED) {
    const reading = await reader.read(`http://${host}:${trap.port}/x.png`, {
      accepts: ["image/*"],
      allow: [],
      signal: new AbortController().signal,
    });
    expect([host, reading.ok ? "read" : reading.reason]).toEqual([
      host,
      expect.stringMatching(/not on the public internet|is no URL|has no address/),
    ]);
  }
  trap.stop(true);
  expect(dialled).toEqual([]);
  expect(CLOSED.length).toBeGreaterThan(60);
});
