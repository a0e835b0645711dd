/** Why something can't be had. */
export interface Fault {
  readonly ok: false;
  /**
   * `value`: it can't be what is wanted. `unreadable`: it may be, but what it names can't be read.
   */
  readonly fault: "value" | "unreadable";
  /** In words behind the name of the field: `is not base64`. */
  readonly reason: string;
  /** What to do; null where the reason says it all. */
  readonly hint: string | null;
}

export function valueFault(reason: string, hint: string | null = null): Fault {
  return { ok: false, fault: "value", reason, hint };
}

export function unreadable(reason: string, hint: string | null = null): Fault {
  return { ok: false, fault: "unreadable", reason, hint };
}
