import { ModullmError } from "../../core/error.ts";
import { type Condition, type Profile, type Rule, type RulesOptions, rulesOf } from "./profiles.ts";
import { LAST_KNOWN_SYSCALL, SYSCALLS } from "./syscalls.ts";

export type Architecture = "x64" | "arm64";

/**
 * The architecture of this process, if there are tables for it.
 * @throws {ModullmError} RLLM_009 `SandboxUnavailable`: without a table there is no filter, and
 * without a filter no sandbox
 */
export function knownArchitecture(architecture: string = process.arch): Architecture {
  if (isKnownArchitecture(architecture)) return architecture;
  const reason =
    `there is no table of system calls for the architecture "${architecture}", only for "x64" ` +
    'and "arm64"';
  throw new ModullmError("RLLM_009", `Cannot confine a process: ${reason}`, {
    details: { exception: "SandboxUnavailable", reason },
    hint: "Write the block in rllm-js.",
  });
}

export function isKnownArchitecture(architecture: string): architecture is Architecture {
  return architecture === "x64" || architecture === "arm64";
}

/**
 * The program for `seccomp(2)`, an array of `struct sock_filter`: system calls that the profile
 * names are let through, all others give EPERM, and those of another architecture (or of x32) kill
 * the process.
 */
export function seccompFilter(
  architecture: Architecture,
  profile: Profile,
  options: RulesOptions = {},
): Uint8Array {
  const known = knownArchitecture(architecture);
  const column = known === "x64" ? 0 : 1;
  const spans = toSpans(
    [...rulesOf(profile, options)].flatMap(([name, rule]) => {
      const number = SYSCALLS[name][column];
      return number === null ? [] : [{ from: number, rule }];
    }),
  );
  return assemble([
    load(ARCHITECTURE_AT),
    jump(EQUAL, AUDIT_ARCHITECTURES[known], 1, 0),
    answer(KILL_PROCESS),
    load(NUMBER_AT),
    jump(AT_LEAST, X32_BIT, 0, 1),
    answer(KILL_PROCESS),
    ...decide(spans),
  ]);
}

/** `struct sock_filter`: code, jump if true, jump if false, operand. */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number];

/** System calls from this number up to the next span's. */
interface Span {
  readonly from: number;
  readonly rule: Rule | "deny";
}

const LOAD_WORD = 0x20;
const AND = 0x54;
const EQUAL = 0x15;
const AT_LEAST = 0x35;
const ALWAYS = 0x05;
const RETURN = 0x06;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const FAIL = 0x0005_0000;
const EPERM = 1;
const ENOSYS = 38;

/** Places in `struct seccomp_data`, in bytes. Both architectures are little-endian. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const ARGUMENTS_AT = 16;

const AUDIT_ARCHITECTURES = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
const X32_BIT = 0x4000_0000;
/** The farthest that a conditional jump reaches. */
const FARTHEST = 255;

/**
 * Every number from 0 has its rule: those in between are denied, those after the tables are absent.
 */
function toSpans(
  rules: readonly { readonly from: number; readonly rule: Rule }[],
): readonly Span[] {
  const byNumber = new Map(rules.map(({ from, rule }) => [from, rule]));
  const spans: Span[] = [];
  for (let number = 0; number <= LAST_KNOWN_SYSCALL + 1; number++) {
    const rule = number > LAST_KNOWN_SYSCALL ? "absent" : (byNumber.get(number) ?? "deny");
    if (spans.at(-1)?.rule !== rule) spans.push({ from: number, rule });
  }
  return spans;
}

/** A binary search for the span of the number that was loaded. */
function decide(spans: readonly Span[]): readonly Instruction[] {
  const [only] = spans;
  if (only === undefined) return [answer(KILL_PROCESS)];
  if (spans.length === 1) return apply(only.rule);
  const middle = spans.length >> 1;
  const lower = decide(spans.slice(0, middle));
  const upper = spans.slice(middle);
  const from = upper[0]?.from ?? 0;
  const ask =
    lower.length <= FARTHEST
      ? [jump(AT_LEAST, from, lower.length, 0)]
      : [jump(AT_LEAST, from, 0, 1), jump(ALWAYS, lower.length, 0, 0)];
  return [...ask, ...lower, ...decide(upper)];
}

function apply(rule: Span["rule"]): readonly Instruction[] {
  if (rule === "allow") return [answer(ALLOW)];
  if (rule === "deny") return [answer(FAIL | EPERM)];
  if (rule === "absent") return [answer(FAIL | ENOSYS)];
  return [...rule.flatMap(check), answer(ALLOW)];
}

/** Goes on behind itself where the condition holds, and refuses where it doesn't. */
function check({ argument, half, mask, oneOf }: Condition): readonly Instruction[] {
  return [
    load(ARGUMENTS_AT + argument * 8 + (half === "high" ? 4 : 0)),
    ...(mask === undefined ? [] : [[AND, 0, 0, mask] as const]),
    ...oneOf.map((value, index) => jump(EQUAL, value, oneOf.length - index, 0)),
    answer(FAIL | EPERM),
  ];
}

function load(at: number): Instruction {
  return [LOAD_WORD, 0, 0, at];
}

function jump(code: number, operand: number, ifTrue: number, ifFalse: number): Instruction {
  return [code, ifTrue, ifFalse, operand];
}

function answer(action: number): Instruction {
  return [RETURN, 0, 0, action];
}

function assemble(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, [code, ifTrue, ifFalse, operand]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, ifTrue);
    view.setUint8(index * 8 + 3, ifFalse);
    view.setUint32(index * 8 + 4, operand, true);
  }
  return bytes;
}
