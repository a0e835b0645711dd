export interface RunRequest {
  readonly code: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly file: string;
  readonly line: number;
}
