import type { Paths } from "../config/paths.ts";

/** Where packages of one kind stand on this machine, and how they are told from others. */
export interface Shelf {
  /** In the plural, for messages: `plugins`. */
  readonly label: string;
  /** Below the data folder; each package has a folder in it. */
  readonly folder: string;
  /** The lock's file in the data folder. */
  readonly lock: string;
  /** In the state folder: what somebody said yes to. */
  readonly trusted: string;
  /** The file that makes a folder one of them, beside `package.json`. */
  readonly manifest: string;
  /** Of package.json, by which a registry finds them. */
  readonly keyword: string;
  readonly namePattern: RegExp;
}

/** The user's folders that shelves stand in. */
export type ShelfPaths = Pick<Paths, "data" | "state">;
