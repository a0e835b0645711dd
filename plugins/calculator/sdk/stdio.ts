/**
 * The plugin's side of the pipe: standard input as lines, standard output for the protocol alone.
 * Whatever else prints there goes to standard error.
 */
import { Console } from "node:console";

/** Bytes of one line; the host sends no longer one. */
const MAX_LINE = 64 * 1024 * 1024;
/**
 * Who writes without ever waiting is made to after so many characters or milliseconds, so that a
 * cancellation can be read.
 */
const TURN = { characters: 64 * 1024, ms: 10 };

export interface Output {
  /**
   * Without `jsonrpc`, which every message has. @param last whether nothing is to be expected after
   * it for now
   */
  send(message: object, options?: { readonly last: boolean }): void;
  /** Settles when more may be sent: a host that reads slowly is waited for. */
  ready(): Promise<void> | undefined;
  /** Ends the process when all is written. */
  close(): void;
}

/**
 * Takes standard output for the protocol; whatever else prints there goes to standard error from
 * now on.
 */
export function openOutput(): Output {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  protectConsole();
  // The host is gone: nobody is left to speak to.
  stdout.on("error", () => process.exit(1));
  let held = "";
  let turned = 0;
  let due = false;
  let full: Promise<void> | null = null;

  function flush(): void {
    due = false;
    turned = performance.now();
    const text = held;
    held = "";
    if (text === "" || write(text)) return;
    full ??= new Promise((resolve) => {
      stdout.once("drain", () => {
        full = null;
        resolve();
      });
    });
  }

  /**
   * What is said in one turn of the event loop goes out in one piece, at its end or with the last
   * that there is to say.
   */
  function send(message: object, { last } = { last: false }): void {
    held += `{"jsonrpc":"2.0",${writeJson(message).slice(1)}\n`;
    if (last) return flush();
    if (due) return;
    due = true;
    setImmediate(flush);
  }

  return {
    send,
    ready() {
      if (full) return full;
      const waits = held.length > TURN.characters || performance.now() - turned > TURN.ms;
      return waits ? new Promise((resolve) => setImmediate(resolve)) : undefined;
    },
    close() {
      const text = held;
      held = "";
      write(text, () => process.exit(0));
    },
  };
}

/**
 * Makes `console.log` and its like print to standard error, in runtimes too whose console does not
 * write through `process.stdout`.
 */
function protectConsole(): void {
  const safe = new Console(process.stderr, process.stderr);
  for (const name of PRINTERS) console[name] = safe[name].bind(safe);
}

const PRINTERS = "log info debug dir dirxml table group count timeEnd timeLog".split(
  " ",
) as readonly ("log" | "dir")[];

/** Begins a text that stands for a whole number; nobody else can know it. */
const MARK = `${crypto.randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, "g");
/** A string, so that nothing in it is taken for a number; or a number. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * A value of JSON. Whole numbers keep their digits: beyond ±(2^53 − 1) they are bigints. @throws
 * {SyntaxError}
 */
export function parseJson(text: string): unknown {
  // Most have no such number.
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const marked = text.replaceAll(TOKEN, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${MARK}${token}"` : token,
  );
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  );
}

/** A value as JSON, bigints with all their digits. */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (thrown) {
    let bigints = 0;
    const text = JSON.stringify(value, (_, each: unknown) => {
      if (typeof each !== "bigint") return each;
      bigints++;
      return MARK + each.toString();
    });
    if (bigints === 0) throw thrown;
    return text.replaceAll(MARKED, "$1");
  }
}

/** To standard error, with its stack. */
export function log(thrown: unknown): void {
  process.stderr.write(
    `${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`,
  );
}

/** Lines that are not blank, as they come. */
export function readLines(on: {
  line(text: string): void;
  fault(reason: string): void;
  end(): void;
}): void {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let pieces: Uint8Array[] = [];
  let size = 0;

  function take(): void {
    const long = size > MAX_LINE;
    const bytes = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    pieces = [];
    size = 0;
    if (long) return on.fault(`the line is longer than ${MAX_LINE} bytes`);
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      return on.fault("the line is not UTF-8");
    }
    if (text.trim() !== "") on.line(text);
  }

  function add(piece: Uint8Array): void {
    size += piece.length;
    if (size > MAX_LINE) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  }

  process.stdin.on("data", (chunk: Uint8Array) => {
    let from = 0;
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, to));
      take();
      from = to + 1;
    }
    add(chunk.subarray(from));
  });
  process.stdin.on("end", on.end);
  process.stdin.on("error", on.end);
}
