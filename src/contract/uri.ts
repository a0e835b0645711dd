export function absolute(text: string, base: string): string | null {
  try {
    return new URL(text, base).href;
  } catch {
    // An opaque base such as urn:uuid:… takes nothing but a fragment.
    return text.startsWith("#") ? withoutFragment(base) + text : null;
  }
}

export function withoutFragment(uri: string): string {
  const hash = uri.indexOf("#");
  return hash === -1 ? uri : uri.slice(0, hash);
}

export function decodeFragment(uri: string): string | null {
  const hash = uri.indexOf("#");
  try {
    return hash === -1 ? "" : decodeURIComponent(uri.slice(hash + 1));
  } catch {
    return null;
  }
}

export function unescapeToken(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}
