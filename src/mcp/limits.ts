const MIB = 1024 * 1024;

/** What an MCP server may send, in bytes and numbers. `docs/mcp-servers.md` has the same table. */
export const LIMITS = {
  /** Bytes of one message. */
  message: 16 * MIB,
  /** Bytes of messages in a row that answer nothing, over a process's pipes. */
  unasked: 64 * MIB,
  /** Tools of a server. */
  tools: 20_000,
  /** Answers in which it lists them. */
  pages: 1000,
  /** Characters of all its tools as JSON. */
  listing: 64 * MIB,
  /** Characters of one tool as JSON. */
  tool: 256 * 1024,
  /** Calls that one server has at a time; others wait for their turn. */
  open: 64,
  /** Bytes of standard error that are kept, the last ones. */
  log: 64 * 1024,
  /** Ends that may be bad within `failuresMs`; then it is left alone until these are over. */
  failures: 5,
  failuresMs: 60_000,
} as const;

/** How long a server has, in milliseconds. */
export interface Deadlines {
  /** To start and to introduce itself: a first `npx` downloads. @default 60000 */
  readonly start: number;
  /** To say whether it speaks the revision of 2026, before it is spoken to in the older one. */
  readonly probe: number;
  /** To list its tools. */
  readonly list: number;
  /** To answer a call, where the configuration says nothing else. */
  readonly call: number;
  /** To end after its input has, and again after SIGTERM. */
  readonly end: number;
}

export const DEADLINES: Deadlines = {
  start: 60_000,
  probe: 10_000,
  list: 30_000,
  call: 600_000,
  end: 1000,
};
