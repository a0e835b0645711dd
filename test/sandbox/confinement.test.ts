import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { knownArchitecture, seccompFilter } from "../../src/sandbox/confinement/seccomp.ts";
import { LAST_KNOWN_SYSCALL, SYSCALLS } from "../../src/sandbox/confinement/syscalls.ts";

const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const KILL = 0x80000000;
const ARCHITECTURES = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
type Numbers = readonly [number, number | null];

const HEADER = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";

/**
 * What the kernel would answer: the program's instructions, done one after the other on a `struct
 * seccomp_data`.
 */
function decide(
  program: Uint8Array,
  number: number,
  architecture: number,
  args: readonly bigint[] = [],
): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number >>> 0, true);
  data.setUint32(4, architecture, true);
  args.forEach((argument, index) => data.setBigUint64(16 + 8 * index, argument, true));
  const code = new DataView(program.buffer);
  let held = 0;
  for (let at = 0; at < program.length; at += 8) {
    const operand = code.getUint32(at + 4, true);
    const [ifTrue, ifFalse] = [code.getUint8(at + 2), code.getUint8(at + 3)];
    switch (code.getUint16(at, true)) {
      case 0x20:
        held = data.getUint32(operand, true);
        break;
      case 0x54:
        held = (held & operand) >>> 0;
        break;
      case 0x15:
        at += 8 * (held === operand ? ifTrue : ifFalse);
        break;
      case 0x35:
        at += 8 * (held >= operand ? ifTrue : ifFalse);
        break;
      case 0x05:
        at += 8 * operand;
        break;
      case 0x06:
        return operand;
      default:
        throw new Error(`no such instruction at ${at}`);
    }
  }
  throw new Error("the program ends without an answer");
}

for (const architecture of ["x64", "arm64"] as const) {
  const column = architecture === "x64" ? 0 : 1;
  const here = ARCHITECTURES[architecture];
  const python = seccompFilter(architecture, "python");
  const javascript = seccompFilter(architecture, "javascript", { pid: 77 });
  const numbers = new Map(
    Object.entries<Numbers>(SYSCALLS).map(([name, row]) => [name, row[column]]),
  );
  const of = (name: keyof typeof SYSCALLS): number => SYSCALLS[name][column] ?? -1;

  test(`seccompFilter() of ${architecture} lets through what the tables name, and nothing else`, () => {
    const guarded = new Set([
      "clone",
      "clone3",
      "prctl",
      "prlimit64",
      "fcntl",
      "ioctl",
      "tgkill",
      "membarrier",
      "open",
      "openat",
    ]);
    const open = new Set(
      [...numbers].filter(([name]) => !guarded.has(name)).map(([, number]) => number),
    );
    const kept = [...numbers].filter(([name]) => guarded.has(name)).map(([, number]) => number);
    for (let number = 0; number <= LAST_KNOWN_SYSCALL; number++) {
      if (kept.includes(number)) continue;
      expect([number, decide(python, number, here)]).toEqual([
        number,
        open.has(number) ? ALLOW : EPERM,
      ]);
    }
    expect(decide(python, LAST_KNOWN_SYSCALL + 1, here)).toBe(ENOSYS);
    expect(decide(python, of("clone3"), here)).toBe(ENOSYS);
  });

  test(`seccompFilter() of ${architecture} kills what speaks for another architecture`, () => {
    for (const program of [python, javascript]) {
      expect(decide(program, of("read"), 0x40000003)).toBe(KILL);
      expect(
        decide(program, of("read"), ARCHITECTURES[architecture === "x64" ? "arm64" : "x64"]),
      ).toBe(KILL);
      expect(decide(program, 0x40000000 + of("read"), here)).toBe(KILL);
      expect(decide(program, -1, here)).toBe(KILL);
    }
  });

  test(`seccompFilter() of ${architecture} looks at arguments`, () => {
    const thread = 0x3d0f00n;
    const cases: [keyof typeof SYSCALLS, bigint[], number][] = [
      ["clone", [thread], ALLOW],
      ["clone", [0x7d0f00n], ALLOW],
      ["clone", [17n], EPERM],
      ["clone", [0x1200011n], EPERM],
      ...[0x20000n, 0x2000000n, 0x4000000n, 0x8000000n, 0x10000000n, 0x20000000n, 0x40000000n].map(
        (space): [keyof typeof SYSCALLS, bigint[], number] => ["clone", [thread | space], EPERM],
      ),
      ["clone", [thread | 0x4000n], EPERM],
      ["prctl", [15n], ALLOW],
      ["prctl", [1n, 0n], EPERM],
      ["prctl", [4n, 1n], EPERM],
      ["prctl", [22n, 2n], EPERM],
      ["prlimit64", [0n, 7n, 0n, 9n], ALLOW],
      ["prlimit64", [0n, 7n, 9n, 0n], EPERM],
      ["prlimit64", [0n, 7n, 9n << 32n, 0n], EPERM],
      ["prlimit64", [1n, 7n, 0n, 9n], EPERM],
      ["fcntl", [3n, 4n, 2048n], ALLOW],
      ["fcntl", [3n, 8n, 1n], EPERM],
      ["fcntl", [3n, (1n << 32n) | 10n, 9n], EPERM],
      ["fcntl", [3n, 1031n], EPERM],
      ["ioctl", [1n, 0x5401n], ALLOW],
      ["ioctl", [1n, 0x5412n], EPERM],
      ["ioctl", [1n, 0x541cn], EPERM],
      ["tgkill", [77n, 78n, 9n], EPERM],
      ["openat", [0n, 0n, 0o2000000n], ALLOW],
      ["openat", [0n, 0n, 0o1101n], ALLOW],
      ["openat", [0n, 0n, 0o1000n], EPERM],
      ["openat", [0n, 0n, 3n], EPERM],
    ];
    for (const [name, args, answer] of cases) {
      expect([name, args, decide(python, of(name), here, args)]).toEqual([name, args, answer]);
    }
  });

  test(`seccompFilter() of ${architecture} leaves JavaScript no files, and signals to its own threads only`, () => {
    for (const name of ["openat", "statx", "unlinkat", "pipe2", "dup3", "getdents64"] as const) {
      expect([name, decide(javascript, of(name), here)]).toEqual([name, EPERM]);
    }
    expect(decide(javascript, of("tgkill"), here, [77n, 78n, 10n])).toBe(ALLOW);
    expect(decide(javascript, of("tgkill"), here, [1n, 1n, 10n])).toBe(EPERM);
    expect(decide(javascript, of("membarrier"), here)).toBe(ALLOW);
  });
}

test("knownArchitecture() refuses what there is no table for", () => {
  expect(() => knownArchitecture("riscv64")).toThrow('the architecture "riscv64"');
  expect(knownArchitecture("arm64")).toBe("arm64");
});

test.skipIf(!existsSync(HEADER))(
  "the table of x86_64 is that of the kernel's headers, where they are installed",
  () => {
    const header = readFileSync(HEADER, "utf8");
    const found = new Map(
      [...header.matchAll(/#define __NR_(\w+) (\d+)/g)].map((match) => [
        match[1],
        Number(match[2]),
      ]),
    );
    for (const [name, [number]] of Object.entries<Numbers>(SYSCALLS))
      expect(`${name} ${found.get(name)}`).toBe(`${name} ${number}`);
  },
);
