/** A program in the tree, as far as its place in time goes. */
export interface Task {
  /** Whose limit of calls at a time it counts towards; null where it calls nobody. */
  readonly provider: string | null;
  /** How many of the entries beside it it waits for. */
  readonly needs: number;
  /** Which of the entries beside it wait for it, by their place. */
  readonly followers: readonly number[];
  readonly children: readonly Task[];
}

export interface Course<Node extends Task> {
  /** Calls at a time to one provider, and elements of one `each` at a time, as in a run. */
  readonly concurrency: number;
  /** How often an entry runs below one run of its parent. */
  times(task: Node): number;
  /** Milliseconds of a run's own call; asked once for every run, when the call begins. */
  duration(task: Node): number;
}

/**
 * Plays a run of the tree through by the rules of a real one: a program's entries begin as soon as
 * what they read is there, and its own call when all of them are done and its provider has room,
 * first come, first served.
 *
 * @returns milliseconds from the beginning to the end of the root's call
 */
export function play<Node extends Task & { readonly children: readonly Node[] }>(
  root: Node,
  course: Course<Node>,
): number {
  const { concurrency } = course;
  const calls = new Calls(concurrency);

  function start(task: Node, done: () => void): void {
    const { children } = task;
    const call = (): void => calls.add(task.provider, () => course.duration(task), done);
    if (children.length === 0) return call();
    let open = children.length;
    const missing = children.map((child) => child.needs);
    function begin(child: Node): void {
      startEntry(child, () => {
        open--;
        if (open === 0) return call();
        for (const index of child.followers) {
          const follower = children[index];
          missing[index] = (missing[index] ?? 0) - 1;
          if (follower && missing[index] === 0) begin(follower);
        }
      });
    }
    for (const child of children) if (child.needs === 0) begin(child);
  }

  function startEntry(task: Node, done: () => void): void {
    const times = course.times(task);
    let [begun, open] = [0, times];
    if (times === 0) return done();
    function next(): void {
      begun++;
      start(task, () => {
        open--;
        if (begun < times) next();
        else if (open === 0) done();
      });
    }
    while (begun < Math.min(times, concurrency)) next();
  }

  start(root, () => {});
  return calls.finish();
}

interface Lane {
  busy: number;
  readonly waiting: Call[];
  /** The first in `waiting` that still waits. */
  next: number;
}

interface Call {
  readonly lane: Lane;
  readonly duration: () => number;
  readonly done: () => void;
}

interface Running {
  readonly call: Call;
  readonly end: number;
}

/** Calls of models in time, so many to each provider at once. */
class Calls {
  readonly #concurrency: number;
  readonly #lanes = new Map<string | null, Lane>();
  readonly #running: Running[] = [];
  #now = 0;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  add(provider: string | null, duration: () => number, done: () => void): void {
    const lane = this.#lanes.get(provider) ?? { busy: 0, waiting: [], next: 0 };
    this.#lanes.set(provider, lane);
    const call: Call = { lane, duration, done };
    if (provider !== null && lane.busy === this.#concurrency) {
      lane.waiting.push(call);
      return;
    }
    lane.busy++;
    this.#begin(call);
  }

  /** Lets time pass until no call is left; the time at which the last one ended. */
  finish(): number {
    for (let first = takeFirst(this.#running); first; first = takeFirst(this.#running)) {
      this.#now = first.end;
      const { lane, done } = first.call;
      const next = lane.waiting[lane.next];
      if (next) {
        lane.next++;
        this.#begin(next);
      } else lane.busy--;
      done();
    }
    return this.#now;
  }

  #begin(call: Call): void {
    this.#running.push({ call, end: this.#now + call.duration() });
  }
}

/** The one that ends first; there are never more than a few at a time. */
function takeFirst(running: Running[]): Running | undefined {
  let first = 0;
  for (const [index, each] of running.entries())
    if (each.end < (running[first]?.end ?? 0)) first = index;
  const [taken] = running.splice(first, 1);
  return taken;
}
