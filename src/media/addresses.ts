/**
 * Ranges of IPv4 that lie behind somebody's wall, and those that are no host: IANA's
 * special-purpose registry.
 */
const CLOSED_V4: readonly (readonly [network: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // A cloud's own server for its guests, although the address looks public.
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/**
 * Ranges within 2000::/3 that are no public host: special protocols, 6to4 and documentation. All
 * outside 2000::/3 is closed.
 */
const CLOSED_V6: readonly (readonly [network: string, bits: number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["2620:4f:8000::", 48],
  ["3fff::", 20],
];

/** IPv4 in the clothes of IPv6: what counts is the address inside. */
const MAPPED = "::ffff:0:0";
const NAT64 = "64:ff9b::";

/**
 * Whether an address belongs to the public internet: not this machine, not a private network, not
 * link-local (where clouds answer with credentials), not multicast, nothing reserved. What can't be
 * read is not public.
 * @param address as a resolver gives it: dotted IPv4, or IPv6 without brackets
 */
export function isPublicAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== null) return isPublicV4(v4);
  const v6 = parseV6(address);
  if (v6 === null) return false;
  if (isWithin(v6, MAPPED, 96) || isWithin(v6, NAT64, 96)) return isPublicV4(v6.slice(12));
  return (
    isWithin(v6, "2000::", 3) && !CLOSED_V6.some(([network, bits]) => isWithin(v6, network, bits))
  );
}

function isPublicV4(bytes: readonly number[]): boolean {
  return !CLOSED_V4.some(([network, bits]) => sharesPrefix(bytes, parseV4(network) ?? [], bits));
}

function isWithin(bytes: readonly number[], network: string, bits: number): boolean {
  return sharesPrefix(bytes, parseV6(network) ?? [], bits);
}

function sharesPrefix(bytes: readonly number[], network: readonly number[], bits: number): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const shift = Math.max(0, 8 - (bits - bit));
    if ((bytes[bit / 8] ?? 0) >> shift !== (network[bit / 8] ?? 0) >> shift) return false;
  }
  return true;
}

/** Four bytes; only the plain dotted form, as resolvers write it. */
function parseV4(text: string): readonly number[] | null {
  if (!/^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text)) return null;
  const bytes = text.split(".").map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

/**
 * Sixteen bytes; also with dotted IPv4 at the end. A zone (`%eth0`) makes an address local, and is
 * not read.
 */
function parseV6(text: string): readonly number[] | null {
  const tail = /^(.*:)([\d.]+)$/.exec(text);
  const dotted = tail?.[2]?.includes(".") ? parseV4(tail[2]) : undefined;
  if (dotted === null) return null;
  const hex = dotted === undefined ? text : `${tail?.[1]}${group(dotted, 0)}:${group(dotted, 2)}`;
  const halves = hex.split("::");
  if (halves.length > 2) return null;
  const [front = [], back = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - front.length - back.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...front, ...Array.from({ length: missing }, () => "0"), ...back];
  if (!groups.every((each) => /^[0-9a-f]{1,4}$/i.test(each))) return null;
  return groups.map((each) => Number.parseInt(each, 16)).flatMap((each) => [each >> 8, each & 255]);
}

function group(bytes: readonly number[], at: number): string {
  return (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16);
}
