import type { Endpoint } from "./endpoint.ts";

/** The base URL with these segments behind its path; its query stays. */
export function under(
  endpoint: Endpoint,
  path: string,
  missing?: { readonly end: RegExp; readonly add: string },
): URL {
  const url = new URL(endpoint.baseUrl);
  const base = url.pathname.replace(/\/+$/, "");
  url.pathname = `${missing === undefined || missing.end.test(base) ? base : `${base}${missing.add}`}${path}`;
  return url;
}
