/**
 * What runs inside the engine, beside the code, in a realm of its own: what the code does to its
 * prototypes changes nothing here. The functions of this file are never called from outside: their
 * text is evaluated in the engine, so each exported one stands alone. It is parsed there by an
 * interpreter of an interpreter, so what is seldom needed has a function of its own, evaluated when
 * it is.
 *
 * Nothing is taken for granted of the code's values but that they are values: reading one may run
 * code, throw, or never end.
 */
// oxlint-disable unicorn/consistent-function-scoping -- each has to stand alone

type Unknown = Record<string, unknown>;

/** Where an encoder stands in a value: the objects around, and the keys that lead there. */
interface Walk {
  readonly limit: number;
  size: number;
  readonly above: object[];
  readonly path: (string | number)[];
  marked: boolean;
}

type Copy = (walk: Walk, value: unknown, mark: string) => unknown;

/** What ends a walk. */
export interface Endings {
  refuse(walk: Walk, reason: string, hint?: string): never;
  /** Counts bytes. */
  grow(walk: Walk, by: number): void;
  /** Why a walk was ended, as JSON; "" for what else was thrown. */
  told(thrown: unknown): string;
}

export function makeEndings(): Endings {
  "use strict";
  /** Thrown to leave the walk over a value; never seen by code. */
  const FAULT = {};
  let fault = { reason: "", hint: "" };

  function end(reason: string, hint: string): never {
    fault = { reason, hint };
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- told from all else
    throw FAULT;
  }

  return {
    refuse({ above, path }, reason, hint = "") {
      const keys = path.slice(0, above.length + 1);
      const place = keys.length > 12 ? `${keys.slice(0, 12).join(".")}…` : keys.join(".");
      end(`${place} ${reason}`, hint);
    },
    grow(walk, by) {
      walk.size += by;
      if (walk.size > walk.limit)
        end(`it is larger than ${walk.limit} bytes`, "Give less, or a summary of it.");
    },
    told: (thrown) => (thrown === FAULT ? JSON.stringify(fault) : ""),
  };
}

/** Gives a function that copies what is no object. */
export function makeScalarCopier(endings: Endings): Copy {
  "use strict";
  const { refuse, grow }: Endings = endings;
  return (walk, value, mark) => {
    if (typeof value === "bigint") {
      const digits = `${value}`;
      grow(walk, digits.length);
      walk.marked = true;
      return mark + digits;
    }
    if (typeof value === "string") grow(walk, value.length + 2);
    else if (typeof value === "number") {
      if (!Number.isFinite(value))
        refuse(walk, `is ${value}, which JSON has not`, "Use null for a number that is not there.");
      grow(walk, 1);
    } else if (typeof value === "undefined") {
      if (walk.above.length > 0) refuse(walk, "is undefined", "Use null.");
    } else if (value === null || typeof value === "boolean") grow(walk, 4);
    else {
      const hint = "JSON has objects, arrays, texts, numbers, booleans and null.";
      refuse(walk, `is a ${typeof value}`, hint);
    }
    return value;
  };
}

/**
 * Gives a function that copies a value as JSON sees it, made of objects of this realm that have no
 * prototype. `nameOdd` names what an object is whose contents are not in its properties, or gives
 * "". @throws what reading the value throws
 */
export function makeCopier(
  endings: Endings,
  copyScalar: Copy,
  objectPrototype: object,
  nameOdd: (value: object) => string,
): Copy {
  "use strict";
  const MAX_DEPTH = 64;
  const { refuse, grow }: Endings = endings;

  function copy(walk: Walk, value: unknown, mark: string): unknown {
    if (typeof value !== "object" || value === null) return copyScalar(walk, value, mark);
    return copyObject(walk, value, mark);
  }

  function copyObject(walk: Walk, value: object, mark: string): unknown {
    const { above } = walk;
    if (above.length === MAX_DEPTH) {
      const reason = above.includes(value)
        ? "contains itself"
        : `is nested deeper than ${MAX_DEPTH}`;
      refuse(walk, reason);
    }
    const prototype = Object.getPrototypeOf(value);
    const isArray = Array.isArray(value);
    if (!isArray && prototype !== null && prototype !== objectPrototype) {
      // It would be `{}` as JSON whatever it holds.
      const [name = "", hint] = nameOdd(value).split("|");
      if (name !== "") refuse(walk, `is ${name}`, hint);
    }
    grow(walk, 2);
    above[above.length] = value;
    const copied = isArray
      ? copyItems(walk, value, mark)
      : copyProperties(walk, value as Unknown, mark);
    above.length--;
    return copied;
  }

  function copyItems(walk: Walk, list: readonly unknown[], mark: string): unknown[] {
    const { length } = list;
    if (length * 2 > walk.limit) grow(walk, length * 2);
    const items: unknown[] = [];
    for (let index = 0; index < length; index++) {
      walk.path[walk.above.length] = index;
      grow(walk, 1);
      items[index] = copy(walk, list[index], mark);
    }
    return items;
  }

  /** As `JSON.stringify` does, it leaves out what is undefined. */
  function copyProperties(walk: Walk, object: Unknown, mark: string): Unknown {
    const copied = Object.create(null);
    for (const key of Object.keys(object)) {
      walk.path[walk.above.length] = key;
      if (key === "__proto__") refuse(walk, "is a key that is not taken");
      const item = object[key];
      if (item === undefined) continue;
      grow(walk, key.length + 4);
      copied[key] = copy(walk, item, mark);
    }
    return copied;
  }

  return copy;
}

/**
 * Gives a function that encodes a value: JSON, or `!` and what is wrong. A bigint is written as a
 * text that begins with the mark, then taken out of its quotes. @throws what reading the value
 * throws
 */
export function makeEncoder(endings: Endings, copy: Copy) {
  "use strict";
  return (value: unknown, name: string, limit: number, mark: string): string => {
    // A getter that calls a granted function has values encoded while this one is.
    const walk: Walk = { limit, size: 0, above: [], path: [name], marked: false };
    try {
      const text = JSON.stringify(copy(walk, value, mark) ?? null);
      return walk.marked ? text.replaceAll(new RegExp(`"${mark}(-?[0-9]+)"`, "g"), "$1") : text;
    } catch (thrown) {
      const fault = endings.told(thrown);
      if (fault === "") throw thrown;
      return `!${fault}`;
    }
  };
}

/** Gives a reviver for `JSON.parse`, for the code's realm: it makes marked texts bigints. */
export function makeReviver(toBigInt: (digits: string) => bigint, mark: string) {
  "use strict";
  const { length } = mark;
  return (_: string, value: unknown): unknown => {
    if (typeof value !== "string" || value.length <= length) return value;
    for (let at = 0; at < length; at++) if (value[at] !== mark[at]) return value;
    let digits = "";
    for (let at = length; at < value.length; at++) digits += value[at];
    return toBigInt(digits);
  };
}
