/** A path of keys, and of numbers within lists. */
export type YamlPath = readonly (string | number)[];

/** Where the values of a YAML document stand: UTF-16 offsets into its text. */
export interface YamlPlaces {
  /** Of the value at a path, or of the nearest thing above it that is there. */
  valueAt(path: YamlPath): number;
  /** Of the key that the last part of a path names, or of what holds it. */
  keyAt(path: readonly string[]): number;
  /** The text of a plain or quoted scalar as written: `0.10` stays `0.10`. */
  written(path: YamlPath): string | null;
  /** Every scalar without quotes. */
  plainScalars(): readonly PlainScalar[];
}

export interface PlainScalar {
  readonly text: string;
  readonly offset: number;
}
