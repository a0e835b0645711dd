/** One place where a server enforces less than the schema says. */
export interface Weakening {
  /** JSON pointer of the schema that loses something. */
  readonly pointer: string;
  readonly keyword: string;
}

export interface Translation {
  readonly schema: Readonly<Record<string, unknown>>;
  /** Whether the server is asked to enforce it; without this it is guidance. */
  readonly strict: boolean;
  readonly weakened: readonly Weakening[];
}
