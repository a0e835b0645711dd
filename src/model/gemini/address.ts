import type { Endpoint } from "../endpoint.ts";
import { under } from "../under.ts";

/** Google's own clients are given the address without its version. */
export function geminiAddress(endpoint: Endpoint, path: string): URL {
  return under(endpoint, path, { end: /\/v\d+(alpha|beta)?$/, add: "/v1beta" });
}

/** A model as it stands in a path. */
export function modelPath(name: string): string {
  return /^(models|tunedModels)\//.test(name) ? name : `models/${name}`;
}
