/** One thing that was looked at. `hint` says what to do; null where nothing is to be done. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly message: string;
  readonly hint: string | null;
}
