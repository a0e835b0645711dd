import type { ModullmError } from "../../core/error.ts";
import { sandboxUnavailable } from "../failure.ts";
import { MARK } from "./arguments.ts";
import { type EngineName, NO_SERVICE } from "./engine.ts";

export interface Asked {
  readonly engine: EngineName;
  readonly image: string;
  readonly python: string;
}

export interface ContainerFailure {
  readonly failure: ModullmError;
  /** Whether another way of asking the engine would fail as well. */
  readonly final: boolean;
}

interface Cause {
  readonly sign: RegExp;
  readonly reason: (asked: Asked) => string;
  readonly hint: (asked: Asked) => string;
}

const CAUSES: readonly Cause[] = [
  {
    sign: /image not known|no such image|unable to find image/i,
    reason: ({ image, engine }) => `${engine} has no image "${image}"`,
    hint: ({ image, engine }) => `Get it with: ${engine} pull ${image}`,
  },
  {
    sign: NO_SERVICE,
    reason: ({ engine }) => `${engine} does not reach its service`,
    hint: ({ engine }) =>
      engine === "podman"
        ? "Start it with: podman machine start"
        : "Start Docker, or its service: systemctl start docker",
  },
  {
    sign: /permission denied.*(?:docker|podman)\.sock|dial unix .*permission denied/is,
    reason: ({ engine }) => `you may not speak with the service of ${engine}`,
    hint: ({ engine }) =>
      `Ask whoever runs this machine for access to ${engine}, or install rootless podman.`,
  },
  {
    sign: /executable file .*not found|command that was not found|exec: ".*": (?:stat|permission denied)|no such file or directory: OCI/i,
    reason: ({ image, python }) => `the image "${image}" has no program "${python}"`,
    hint: () => "Take an image with Python 3.9 or newer.",
  },
  {
    sign: /exec format error/i,
    reason: ({ image }) => `the image "${image}" is for another processor`,
    hint: ({ image, engine }) => `Get the right one with: ${engine} pull ${image}`,
  },
];

/** What it means that a container did not start, by what the engine complained of. */
export function containerFailure(error: ModullmError, asked: Asked): ContainerFailure {
  const printed = textIn(error, "printed");
  const cause = CAUSES.find(({ sign }) => sign.test(printed));
  if (cause)
    return {
      failure: unavailable(cause.reason(asked), { printed, hint: cause.hint(asked) }),
      final: true,
    };
  const own = printed.split("\n").find((line) => line.startsWith(MARK));
  if (own !== undefined) {
    const reason = own.slice(MARK.length);
    const isPython = reason.startsWith("its Python");
    const hint = isPython ? { hint: "Take an image with Python 3.9 or newer." } : {};
    return { failure: unavailable(reason, { printed, ...hint }), final: isPython };
  }
  const said = printed.split("\n").findLast((line) => line.trim() !== "");
  const reason = said === undefined ? textIn(error, "reason") : said.trim().slice(0, 500);
  // One that says nothing until time is up would do so again.
  return { failure: unavailable(reason, { printed }), final: said === undefined };
}

export function engineMissing(name: EngineName | null): ModullmError {
  return unavailable(`there is no ${name ?? "podman or docker"} on PATH`, {
    hint: `Install ${name ?? "podman"}, or take another level of sandbox.`,
  });
}

export function imageWithVolumes(image: string, volumes: string): ModullmError {
  return unavailable(
    `the image "${image}" declares volumes (${volumes}), which docker makes on the host's disk`,
    {
      hint: "Take an image without volumes, or podman.",
    },
  );
}

function textIn({ details }: ModullmError, key: string): string {
  const text = details[key];
  return typeof text === "string" ? text : "";
}

function unavailable(
  reason: string,
  said: { readonly hint?: string; readonly printed?: string },
): ModullmError {
  const { printed = "" } = said;
  return sandboxUnavailable("container", reason, { ...said, printed: printed.slice(0, 2000) });
}
