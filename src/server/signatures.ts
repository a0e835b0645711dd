/** What WebCrypto must know of a signature that a token may have. */
interface SignatureKind {
  readonly name: string;
  /** `kty` of its keys. */
  readonly keys: "RSA" | "EC" | "OKP";
  readonly hash?: string;
  readonly namedCurve?: string;
  readonly saltLength?: number;
}

/** By the names that tokens give. */
export const SIGNATURE_KINDS: Readonly<Record<string, SignatureKind>> = {
  RS256: { name: "RSASSA-PKCS1-v1_5", keys: "RSA", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", keys: "RSA", hash: "SHA-256", saltLength: 32 },
  ES256: { name: "ECDSA", keys: "EC", namedCurve: "P-256", hash: "SHA-256" },
  ES384: { name: "ECDSA", keys: "EC", namedCurve: "P-384", hash: "SHA-384" },
  EdDSA: { name: "Ed25519", keys: "OKP" },
};
