/**
 * SHA-256 in hexadecimal. `node:crypto` brings all streams with it, so it is loaded when a first
 * digest is made: most commands make none.
 */
export function sha256(data: string | Uint8Array): string {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(data).digest("hex");
}

/**
 * Sixteen hexadecimal digits that tell whether a text changed, without `node:crypto`: FNV-1a, once
 * as it is and once with bits turned. Whoever wants two texts with the same can find them.
 */
export function fingerprint(text: string): string {
  let one = 0x811c9dc5;
  let other = 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit ^ (other >>> 15), 0x85ebca6b);
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
