import type { Endpoint } from "./endpoint.ts";

/** The base URL with these segments behind its path; its query stays. */
export function under(
  endpoint: Endpoint,
  path: string,
  missing?: { readonly end: RegExp; readonly add: string },
): URL {
  const url = new URL(endpoint.baseUrl);
  const base = url.pathname.replace(/\/+$/, "");
  const add = missing === undefined || missing.end.test(base) ? "" : missing.add;
  url.pathname = `${base}${add}${path}`;
  return url;
}
