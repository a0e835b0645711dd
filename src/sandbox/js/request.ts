export interface RunRequest {
  readonly code: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly file: string;
  readonly line: number;
  /** The value whose members are given back as the code has left them. */
  readonly keep?: string;
}
