import type { YamlPlaces } from "./yaml-places.ts";

/**
 * YAML 1.2 core, strict: no tags, no duplicate keys, one document, and only values that JSON has;
 * numbers keep their digits as in `parseJson`. Merge keys (`<<`) are merged, as YAML 1.1 has them.
 */
export type YamlResult =
  | { readonly ok: true; readonly value: unknown; readonly places: YamlPlaces }
  | { readonly ok: false; readonly reason: string; readonly offset: number };

export interface ParseYamlOptions {
  /** The line of the whole file on which the text begins, for reasons. @default 1 */
  readonly firstLine?: number;
}
