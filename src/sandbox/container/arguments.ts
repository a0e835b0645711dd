import { deflateSync } from "node:zlib";
import { knownArchitecture, seccompFilter } from "../confinement/seccomp.ts";
import { OFFERED_PYTHON } from "../python/offered.ts";
import { HARNESS } from "../python/script.ts";
import type { SandboxLimits } from "../sandbox.ts";
import type { EngineName } from "./engine.ts";
import supervisor from "./supervisor.py" with { type: "text" };

/** How an engine is asked; what works differs from machine to machine. */
export interface Way {
  /**
   * Of podman; null takes the one that is set. `crun` refuses machines with both versions of
   * cgroups, where `runc` works.
   */
  readonly runtime: "runc" | null;
  /**
   * Whether cgroups limit the container as a whole; else each of its processes is limited, and
   * their number.
   */
  readonly cgroups: boolean;
}

/** In the order in which they are tried. */
export const WAYS: Readonly<Record<EngineName, readonly Way[]>> = {
  podman: [
    { runtime: null, cgroups: true },
    { runtime: "runc", cgroups: true },
    { runtime: null, cgroups: false },
    { runtime: "runc", cgroups: false },
  ],
  docker: [
    { runtime: null, cgroups: true },
    { runtime: null, cgroups: false },
  ],
};

export interface RunOptions {
  readonly engine: EngineName;
  readonly way: Way;
  readonly name: string;
  readonly image: string;
  readonly python: string;
  readonly limits: SandboxLimits;
}

/** What the supervisor's own complaints begin with. */
export const MARK = "modullm-container: ";
/** What the harness is told: the container confines it. */
export const CONTAINER_HELLO = { confine: null, offered: OFFERED_PYTHON, trusted: false };

/** `nobody`, who owns nothing in any image. */
const USER = "65534:65534";
const MIB = 1024 * 1024;
/** Processes and threads in one container. */
const PROCESSES = 64;
/** The kernel counts the processes of a user together, those of other containers too. */
const PROCESSES_OF_USER = 1024;
/** MiB of the only place to write to. */
const SCRATCH_MB = 16;
/** MiB that the supervisor and the files of the scratch folder may take beside the code. */
const BESIDE_MB = 64;
/** The clients of engines hand these on, with the passwords that are in them. */
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"];

/**
 * No network, nothing to write to but the scratch folder, no rights; and no log, which what the
 * code prints would fill.
 */
const CLOSED = `--interactive --rm --pull never --network none --ipc none --hostname sandbox
  --read-only --workdir /tmp --tmpfs /tmp:rw,noexec,nosuid,nodev,size=${SCRATCH_MB}m,mode=1777
  --user ${USER} --cap-drop ALL --security-opt no-new-privileges --no-healthcheck
  --ulimit nofile=64:64 --ulimit core=0:0 --ulimit msgqueue=0:0 --log-driver none`.split(/\s+/);
/**
 * Without these podman hands on the host's proxies and known hosts, and gives more places to write
 * to.
 */
const CLOSED_PODMAN =
  "--http-proxy=false --no-hosts --read-only-tmpfs=false --image-volume ignore".split(" ");
const PYTHON_ALONE = "-I -S -B -X utf8 -c".split(" ");

/** What the engine is given to run one container that waits for the host's messages. */
export function runArguments({
  engine,
  way,
  name,
  image,
  python,
  limits,
}: RunOptions): readonly string[] {
  const environment = PROXIES.flatMap((variable) => [`${variable}=`, `${variable.toLowerCase()}=`]);
  return [
    ...(way.runtime === null ? [] : ["--runtime", way.runtime]),
    "run",
    ...CLOSED,
    ...(engine === "podman" ? CLOSED_PODMAN : []),
    ...limitArguments(way, limits),
    ...environment.flatMap((setting) => ["--env", setting]),
    "--name",
    name,
    "--entrypoint",
    python,
    image,
    ...PYTHON_ALONE,
    script(way, limits),
  ];
}

function limitArguments({ cgroups }: Way, { memoryMb }: SandboxLimits): readonly string[] {
  if (!cgroups) return ["--ulimit", `nproc=${PROCESSES}:${PROCESSES}`];
  const memory = `${memoryMb + BESIDE_MB}m`;
  // The same with swap as without: none.
  const memoryArguments = memoryMb === 0 ? [] : ["--memory", memory, "--memory-swap", memory];
  const processes = [
    "--ulimit",
    `nproc=${PROCESSES_OF_USER}:${PROCESSES_OF_USER}`,
    "--pids-limit",
    String(PROCESSES),
  ];
  return [...processes, "--cpus", "1", ...memoryArguments];
}

/** The supervisor, which starts the harness. */
function script({ cgroups }: Way, { memoryMb, cpuMs }: SandboxLimits): string {
  const config = {
    mark: MARK,
    pids: cgroups ? PROCESSES : 0,
    memory: cgroups && memoryMb > 0 ? (memoryMb + BESIDE_MB) * MIB : 0,
    limits: {
      CPU: Math.ceil(cpuMs / 1000) + 1,
      FSIZE: SCRATCH_MB * MIB,
      STACK: 8 * MIB,
      ...(memoryMb > 0 ? { AS: memoryMb * MIB } : {}),
    },
    filter: filter(),
    harness: deflateSync(HARNESS).toString("base64"),
  };
  // JSON of texts, numbers and objects is Python too.
  return `CONFIG = ${JSON.stringify(config)}\n${supervisor}`;
}

/**
 * The filter of system calls that processes outside containers have. On other systems than Linux
 * the container runs in a virtual machine, whose processor is not known here, and none is needed.
 */
function filter(): string | null {
  if (process.platform !== "linux") return null;
  return Buffer.from(seccompFilter(knownArchitecture(), "python")).toString("hex");
}
