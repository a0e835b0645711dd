const MIB = 1024 * 1024;

/**
 * What a plugin may send and be sent, in bytes and numbers. `docs/plugin-protocol.md` has the same
 * table.
 */
export const LIMITS = {
  /** Bytes of a line that a plugin writes, without its `\n`. */
  pluginLine: 16 * MIB,
  /**
   * Bytes of a line that the host writes: the largest attachments in base64, and room for the rest.
   */
  hostLine: 64 * MIB,
  /** Bytes of all lines that answer one request. */
  answer: 32 * MIB,
  /** The same for `models/pull`, which goes on for hours. */
  pull: 256 * MIB,
  /** Requests that a plugin has at one time; others wait for their turn. */
  open: 64,
  /** Requests that wait for their turn. */
  waiting: 1024,
  /** Bytes of standard error that are kept, the last ones. */
  log: MIB,
  /**
   * Lives that may end badly within `failuresMs`; after that it is not started again before they
   * are over.
   */
  failures: 5,
  failuresMs: 60_000,
} as const;

/** How long a plugin has for what every plugin does, in milliseconds. */
export interface HostDeadlines {
  /** From its start to the result of `initialize`. @default 10000 */
  readonly start: number;
  /** To answer a request that was cancelled, before it is killed. @default 2000 */
  readonly cancel: number;
  /** To answer `shutdown`, and again to exit, before it gets SIGTERM. @default 1000 */
  readonly shutdown: number;
  /** From SIGTERM to SIGKILL. @default 500 */
  readonly term: number;
}

export const HOST_DEADLINES: HostDeadlines = {
  start: 10_000,
  cancel: 2000,
  shutdown: 1000,
  term: 500,
};

/** How long one request may take, in milliseconds; null is no limit. */
export interface RequestDeadlines {
  /** The whole request, the wait for its turn and for the plugin's start too. */
  readonly total: number | null;
  /** From the moment it is sent to the first sign of life: any message about it. */
  readonly first: number | null;
  /** Between two signs of life. */
  readonly gap: number | null;
}

/** Where a request says nothing else. */
export const REQUEST_DEADLINES: Readonly<Record<string, RequestDeadlines>> = {
  chat: { total: 600_000, first: 120_000, gap: 120_000 },
  embed: { total: 600_000, first: null, gap: null },
  rerank: { total: 600_000, first: null, gap: null },
  health: { total: 5000, first: null, gap: null },
  "models/list": { total: 30_000, first: null, gap: null },
  // A large model is checked in silence for minutes after its last byte.
  "models/pull": { total: null, first: 120_000, gap: 600_000 },
  "tokens/count": { total: 30_000, first: null, gap: null },
  "tools/list": { total: 30_000, first: null, gap: null },
  "tools/call": { total: 600_000, first: 120_000, gap: 120_000 },
};
