import type { Hello } from "../channel.ts";
import { REHEARSE_ARGUMENT } from "./command.ts";
import { type Confine, prepareConfinement } from "./confine.ts";
import { createDialogue, type Dialogue, writeAll } from "./dialogue.ts";
import { createEngine } from "./engine.ts";
import { MemoryUsedUp } from "./engine-memory.ts";
import { CallFailed } from "./globals.ts";
import { createInterpreter, type Interpreter } from "./interpreter.ts";
import { type RunRequest } from "./request.ts";

/** What this guest is told beside what every one is. */
export interface JavaScriptHello extends Hello {
  /**
   * The least it must reach; it refuses to run code below. It can't see namespaces around it, so it
   * believes the host in that.
   */
  readonly required: "namespaces" | "kernel" | "wasm";
  /** Only parse what there is to run. The value is then what is wrong with it, or null. */
  readonly parseOnly: boolean;
}

const STDERR = 2;

/**
 * The process that JavaScript runs in: it loads the engine, confines itself, and takes what the
 * host sends until the host closes the channel. `wasm` is the engine. Whatever goes wrong in the
 * engine itself ends the process.
 */
export async function runGuest(wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  const dialogue = createDialogue();
  // The engine is compiled on another thread meanwhile.
  const compiling = WebAssembly.compile(wasm);
  const confine = await prepareConfinement();
  const engine = await createEngine(await compiling);
  const interpreter = createInterpreter(engine, {
    write: (text) => writeAll(STDERR, Buffer.from(text)),
    call: (name, args) => callHost(dialogue, name, args),
  });
  if (process.argv.at(-1) === REHEARSE_ARGUMENT) interpreter.rehearse();
  const hello = dialogue.read() as JavaScriptHello | null;
  if (hello === null) return leave(0);
  dialogue.nonce = hello.nonce;
  interpreter.prepare(hello);
  const refused = confineSelf(confine, hello);
  if (refused !== null && hello.required !== "wasm") {
    dialogue.send({ is: "unavailable", reason: refused });
    return leave(0);
  }
  if (refused !== null) engine.onStep(watchLimits(dialogue, hello));
  const reached = hello.required === "namespaces" ? "namespaces" : "kernel";
  dialogue.send({ is: "ready", level: refused === null ? reached : "wasm" });
  serve(dialogue, interpreter, hello);
}

function serve(dialogue: Dialogue, interpreter: Interpreter, { parseOnly }: JavaScriptHello): void {
  for (let message = dialogue.read(); message !== null; message = dialogue.read()) {
    const request = message as unknown as RunRequest;
    try {
      const outcome = parseOnly ? interpreter.parse(request) : interpreter.run(request);
      if (outcome.ok) dialogue.send({ is: "done" }, { key: "value", bytes: outcome.value });
      else dialogue.send({ is: "failed", ...outcome.failure });
    } catch (thrown) {
      // The engine is in pieces: nothing it holds can be used, or even given up.
      dialogue.send({ is: "failed", ...describeCrash(thrown), line: null, hint: null, last: true });
      return leave(1);
    }
  }
  leave(0);
}

function describeCrash(thrown: unknown): { exception: string; reason: string } {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof MemoryUsedUp) return { exception: "MemoryError", reason };
  if (thrown instanceof RangeError) return { exception: "RangeError", reason };
  return { exception: "CrashError", reason: `the engine failed: ${reason}` };
}

/** Why this process is not confined by the kernel; null where it is. */
function confineSelf(confine: Confine | null, { limits }: JavaScriptHello): string | null {
  if (confine === null)
    return `there is no way to confine a process of ${process.platform} from ${runtimeName()}`;
  try {
    confine(limits);
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function runtimeName(): string {
  return process.versions["bun"] === undefined ? "Node" : "Bun";
}

/**
 * Where the kernel does not: ends this process when its time is used up, or when the host has gone.
 */
function watchLimits(dialogue: Dialogue, { limits: { cpuMs } }: JavaScriptHello): () => boolean {
  const host = process.ppid;
  return () => {
    const { user, system } = process.cpuUsage();
    if (process.ppid !== host) leave(1);
    if ((user + system) / 1000 < cpuMs) return false;
    const reason = `it used more than ${cpuMs / 1000} s of processor time`;
    dialogue.send({
      is: "failed",
      exception: "TimeoutError",
      reason,
      line: null,
      hint: null,
      last: true,
    });
    return leave(1);
  };
}

/** Asks the host, and waits. @throws {CallFailed} */
function callHost(dialogue: Dialogue, name: string, args: Uint8Array): unknown {
  dialogue.send({ is: "call", name }, { key: "args", bytes: args });
  const reply = dialogue.read();
  if (reply === null) return leave(0);
  if (reply["do"] === "throw") throw new CallFailed(String(reply["message"]));
  return reply["value"] ?? null;
}

/** Ends the process without giving anything of the engine up. */
function leave(status: number): never {
  process.exit(status);
}
