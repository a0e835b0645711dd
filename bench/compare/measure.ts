export interface Measured {
  readonly seconds: number;
  /** Of the processor, with all that it started: what else the machine does has no part in it. */
  readonly work: number;
  readonly status: number;
}

export interface MeasureOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** A status that is no failure, beside 0. @default none */
  readonly allowed?: number;
}

/** Runs a command to its end. @throws {Error} where it fails, with what it said */
export async function measure(
  words: readonly string[],
  options: MeasureOptions,
): Promise<Measured> {
  const { cwd, env, allowed = 0 } = options;
  const start = performance.now();
  const child = Bun.spawn([...words], { cwd, env: { ...env }, stdout: "pipe", stderr: "pipe" });
  const [out, said] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const status = await child.exited;
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0 && status !== allowed)
    throw new Error(
      `status ${status} of ${words.join(" ")}:\n${out.slice(-2000)}\n${said.slice(-2000)}`,
    );
  const work = Number(child.resourceUsage()?.cpuTime.total ?? Number.NaN) / 1e6;
  return { seconds, work, status };
}

/** The one in the middle, by the processor's time. */
export function median(all: readonly Measured[]): Measured {
  const middle = all.toSorted((a, b) => a.work - b.work)[Math.floor((all.length - 1) / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}

/** `1.20 s, 0.45 s of the processor` */
export function timesText({ seconds: wall, work }: Measured): string {
  return `${shown(wall).padStart(8)}, ${shown(work)} of the processor`;
}

function shown(value: number): string {
  return value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(1)} s`;
}
