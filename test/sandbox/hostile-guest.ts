// A guest that breaks the channel in the way its argument names. It starts as a good one does,
// unless the way says otherwise.
import { spawn } from "node:child_process";
import { closeSync, readSync, writeSync } from "node:fs";

const [way = ""] = process.argv.slice(2);
let unread = "";
let nonce = "";

/** Each gets the nonce after the greeting; most answer the first run wrongly. */
const WAYS: Readonly<Record<string, () => void>> = {
  good: () => serve((values) => values["value"]),
  "says nothing": () => sleep(),
  "starts slowly": () => {
    // Ends the process when there is nothing more to read.
    readMessage();
  },
  unavailable: () => say({ is: "unavailable", reason: "this kernel has no Landlock" }),
  "other greeting": () => say({ is: "done", value: 1 }),
  "dies at once": () => process.exit(3),
  "complains and dies": () => {
    writeSync(2, "cannot load a library\n");
    process.exit(127);
  },
  "another level": () => {
    say({ is: "ready", level: "namespaces" });
    serve(() => 1);
  },
  "no answer": () => afterReady(sleep),
  garbage: () => afterReady(() => write("what is this\n")),
  "nonce alone": () => afterReady(() => write(`${nonce}\n`)),
  "wrong nonce": () =>
    afterReady(() => write(`${"0".repeat(24)} {"is":"done","value":"forged"}\n`)),
  "not an object": () => afterReady(() => write(`${nonce} [1]\n`)),
  "no kind": () => afterReady(() => write(`${nonce} {"value":"forged"}\n`)),
  "unknown kind": () => afterReady(() => say({ is: "won", value: "forged" })),
  "half a message": () => afterReady(() => write(`${nonce} {"is":"done","val\n`)),
  "deep message": () =>
    afterReady(() => write(`${nonce} {"is":"done","value":${"[".repeat(4_000_000)}\n`)),
  "deep value": () =>
    afterReady(() =>
      write(`${nonce} {"is":"done","value":${"[".repeat(5000)}${"]".repeat(5000)}}\n`),
    ),
  "prototype key": () =>
    afterReady(() => write(`${nonce} {"is":"done","value":{"a":{"__proto__":{"x":1}}}}\n`)),
  "infinite number": () => afterReady(() => write(`${nonce} {"is":"done","value":[1e999]}\n`)),
  "no value": () => serveWith(() => say({ is: "done" })),
  binary: () =>
    afterReady(() => writeAll(Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 7) % 256)))),
  "endless line": () => afterReady(() => forever(() => write("x".repeat(65_536)))),
  "endless lines": () => afterReady(() => forever(() => write("\n".repeat(65_536)))),
  "long line": () => afterReady(() => say({ is: "done", value: "x".repeat(2_000_000) })),
  "slow line": () => afterReady(() => forever(() => (write("x"), pause(20)))),
  "endless prints": () => afterReady(() => forever(() => writeSync(2, "x".repeat(65_536)))),
  "speaks before it is asked": () => {
    say({ is: "ready" });
    say({ is: "done", value: "forged" });
    serve(() => 1);
  },
  "half a line too early": () => {
    say({ is: "ready" });
    write(`${nonce} {"is":"done",`);
    serve(() => 1);
  },
  "two results": () =>
    serveWith(() => write(`${nonce} {"is":"done","value":1}\n${nonce} {"is":"done","value":2}\n`)),
  "second result later": () =>
    serveWith(() => {
      say({ is: "done", value: 1 });
      pause(50);
      say({ is: "done", value: 2 });
    }),
  "ready again": () => afterReady(() => say({ is: "ready" })),
  "dies half-way": () =>
    afterReady(() => {
      write(`${nonce} {"is":"do`);
      process.exit(0);
    }),
  "killed half-way": () => afterReady(() => process.kill(process.pid, "SIGSEGV")),
  "dies idle": () => serveWith(() => (say({ is: "done", value: 1 }), process.exit(0))),
  "closes its channel": () =>
    afterReady(() => {
      closeSync(1);
      sleep();
    }),
  "never reads": () => {
    say({ is: "ready" });
    sleep();
  },
  "calls what is not granted": () =>
    afterReady(() => say({ is: "call", name: "toString", args: [] })),
  "calls without a name": () => afterReady(() => say({ is: "call", args: [] })),
  "calls without arguments": () => afterReady(() => say({ is: "call", name: "look" })),
  "calls with too many": () =>
    afterReady(() => say({ is: "call", name: "look", args: Array(17).fill(0) })),
  "calls with a prototype": () =>
    afterReady(() => write(`${nonce} {"is":"call","name":"look","args":[{"__proto__":1}]}\n`)),
  "calls twice at once": () =>
    afterReady(() => write(`${nonce} {"is":"call","name":"look","args":[]}\n`.repeat(2))),
  "odd failure": () =>
    serveWith(() => say({ is: "failed", exception: 7, reason: ["x"], line: -1.5, hint: {} })),
  "long failure": () =>
    serveWith(() =>
      say({
        is: "failed",
        exception: "E".repeat(9999),
        reason: "r".repeat(9999),
        line: 3,
        hint: "h".repeat(9999),
      }),
    ),
  "leaves a child in its group": () => leaveChild(false),
  "leaves a child of its own": () => leaveChild(true),
};

const first = readMessage();
nonce = String(first["nonce"]);
const act = WAYS[way];
if (act) act();
else throw new Error(`"${way}" is no way of this guest`);

function leaveChild(detached: boolean): void {
  afterReady(() => {
    // It holds both pipes.
    const child = spawn("sleep", ["30"], { detached, stdio: ["ignore", 1, 2] });
    writeSync(2, `${child.pid}\n`);
    process.exit(0);
  });
}

function serve(answer: (values: Record<string, unknown>) => unknown): void {
  if (way !== "another level" && !way.includes("early") && !way.includes("before"))
    say({ is: "ready" });
  forever(() => say({ is: "done", value: answer(Object(readMessage()["values"])) }));
}

function serveWith(answer: () => void): void {
  say({ is: "ready" });
  forever(() => {
    readMessage();
    answer();
  });
}

function afterReady(wrong: () => void): void {
  say({ is: "ready" });
  readMessage();
  wrong();
  sleep();
}

function say(message: Readonly<Record<string, unknown>>): void {
  write(`${nonce} ${JSON.stringify(message)}\n`);
}

function write(text: string): void {
  writeAll(Buffer.from(text));
}

function writeAll(bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(writeSync(1, rest));
}

function readMessage(): Record<string, unknown> {
  const piece = Buffer.alloc(65_536);
  while (!unread.includes("\n")) {
    const size = readSync(0, piece);
    if (size === 0) process.exit(0);
    unread += piece.toString("utf8", 0, size);
  }
  const end = unread.indexOf("\n");
  const line = unread.slice(0, end);
  unread = unread.slice(end + 1);
  return JSON.parse(line) as Record<string, unknown>;
}

function forever(step: () => unknown): never {
  for (;;) step();
}

function sleep(): never {
  return forever(() => pause(60_000));
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
