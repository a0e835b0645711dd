import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { openStore } from "../../../src/store/open.ts";
import { folder, neverWarn, run, runsOf } from "../samples.ts";

const isRoot = process.getuid?.() === 0;
const canMount = isRoot && probeMount();

// A title is all that a skipped test can say.
const whyNot = canMount ? "" : " (skipped: no tmpfs can be mounted here)";

test.skipIf(!canMount)(
  `a full disk never fails a run, and what was recorded stays${whyNot}`,
  async () => {
    using place = disk("512k");
    const warnings: string[] = [];
    const store = await openStore({
      path: place.file("stats.db"),
      warn: (message) => warnings.push(message),
    });
    for (let index = 0; index < 5000; index++) {
      store.runs.append(run({ started: index }));
      if (index % 50 === 0) await store.flushed().catch(() => null);
    }
    store.runs.append(run());
    expect(store.flushed()).rejects.toMatchObject({ code: "RLLM_018" });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("the disk is full; programs run, but are missing from stats");
    const kept = (await runsOf(store)).length;
    expect(kept).toBeGreaterThan(50);
    expect(kept).toBeLessThan(5000);
    await store.close();
    const again = await openStore({ path: place.file("stats.db"), warn: () => {} });
    expect(await runsOf(again)).toHaveLength(kept);
    await again.close();
  },
);

test.skipIf(!canMount)(
  `a disk that is full from the start never fails a run${whyNot}`,
  async () => {
    using place = disk("64k");
    fill(place.file("filler"));
    const warnings: string[] = [];
    const store = await openStore({
      path: place.file("deep/stats.db"),
      warn: (message) => warnings.push(message),
    });
    store.runs.append(run());
    await store.flushed().catch(() => null);
    store.runs.append(run());
    await store.flushed().catch(() => null);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("the disk is full");
    await store.close();
  },
);

test.skipIf(isRoot && !canMount)(
  `a read-only folder never fails a run, and its runs can be read${whyNot}`,
  async () => {
    using place = isRoot ? disk("8m") : folder();
    const path = place.file("home/stats.db");
    const writer = await openStore({ path, warn: neverWarn });
    writer.runs.append(run());
    await writer.close();
    protect(place.path);
    const warnings: string[] = [];
    const store = await openStore({ path, warn: (message) => warnings.push(message) });
    store.runs.append(run());
    await store.flushed().catch(() => null);
    store.runs.append(run());
    await store.flushed().catch(() => null);
    expect(warnings).toHaveLength(1);
    expect(await runsOf(store)).toHaveLength(1);
    await store.close();
  },
);

test.skipIf(isRoot && !canMount)(
  `a read-only home without a file never fails a run${whyNot}`,
  async () => {
    using place = isRoot ? disk("8m") : folder();
    mkdirSync(place.file("home"));
    protect(place.path);
    const warnings: string[] = [];
    const store = await openStore({
      path: place.file("home/data/stats.db"),
      warn: (message) => warnings.push(message),
    });
    store.runs.append(run());
    await store.flushed().catch(() => null);
    store.runs.append(run());
    await store.flushed().catch(() => null);
    expect(warnings).toHaveLength(1);
    expect(await runsOf(store)).toEqual([]);
    await store.close();
  },
);

/** A file system of its own with this little room. */
function disk(size: string): ReturnType<typeof folder> {
  const place = folder();
  mount(["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", place.path]);
  return {
    ...place,
    [Symbol.dispose]() {
      spawnSync("umount", ["-l", place.path]);
      place[Symbol.dispose]();
    },
  };
}

/**
 * Root may write where modes forbid it, so that its file system is made read-only; it goes with its
 * disk.
 */
function protect(path: string): void {
  if (isRoot) mount(["-o", "remount,ro", path]);
  else chmodSync(`${path}/home`, 0o500);
}

function mount(words: readonly string[]): void {
  const { status, stderr } = spawnSync("mount", words);
  if (status !== 0) throw new Error(`mount ${words.join(" ")}: ${String(stderr)}`);
}

function probeMount(): boolean {
  using place = folder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place.path]).status !== 0)
    return false;
  return spawnSync("umount", [place.path]).status === 0;
}

function fill(path: string): void {
  try {
    for (let size = 4096; ; size += 4096) writeFileSync(path, Buffer.alloc(size));
  } catch {
    // Full, which is what was wanted.
  }
}
