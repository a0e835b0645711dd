/**
 * SHA-256 in hexadecimal. `node:crypto` brings all streams with it, so it is loaded when a first
 * digest is made: most commands make none.
 */
export function sha256(data: string | Uint8Array): string {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(data).digest("hex");
}
