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

/**
 * Gives a function that encodes values. `nameOdd` names what an object is whose contents are not in
 * its properties, or gives "".
 */
export function makeEncoder(objectPrototype: object, nameOdd: (value: object) => string) {
  "use strict";
  const MAX_DEPTH = 64;
  /** Thrown to leave the walk over a value; never seen by code. */
  const FAULT = {};
  let fault = { reason: "", hint: "" };
  /** Where the walk stands: the objects around it, and the keys that lead to it. */
  let walk = {
    limit: 0,
    size: 0,
    above: [] as object[],
    path: [] as (string | number)[],
    marked: false,
  };

  function refuse(reason: string, hint = ""): never {
    const path = walk.path.slice(0, walk.above.length + 1);
    const place = path.length > 12 ? `${path.slice(0, 12).join(".")}…` : path.join(".");
    fault = { reason: `${place} ${reason}`, hint };
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- it has to be told from all that code can throw
    throw FAULT;
  }

  function grow(by: number): void {
    walk.size += by;
    if (walk.size <= walk.limit) return;
    fault = {
      reason: `it is larger than ${walk.limit} bytes`,
      hint: "Give less, or a summary of it.",
    };
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- as above
    throw FAULT;
  }

  /**
   * JSON, or `!` and what is wrong. A bigint is written as a text that begins with the mark, then
   * taken out of its quotes. @throws what reading the value throws
   */
  function encode(value: unknown, name: string, limit: number, mark: string): string {
    // A getter that calls a granted function comes through here again.
    const outer = walk;
    walk = { limit, size: 0, above: [], path: [name], marked: false };
    try {
      const text = JSON.stringify(copy(value, mark) ?? null);
      return walk.marked ? text.replaceAll(new RegExp(`"${mark}(-?[0-9]+)"`, "g"), "$1") : text;
    } catch (thrown) {
      if (thrown === FAULT) return `!${JSON.stringify(fault)}`;
      throw thrown;
    } finally {
      walk = outer;
    }
  }

  /** The value as JSON sees it, made of objects of this realm that have no prototype. */
  function copy(value: unknown, mark: string): unknown {
    if (typeof value === "object" && value !== null) return copyObject(value, mark);
    if (typeof value === "string") grow(value.length + 2);
    else if (typeof value === "number") {
      if (!Number.isFinite(value))
        refuse(`is ${value}, which JSON has not`, "Use null for a number that is not there.");
      grow(1);
    } else if (typeof value === "undefined") {
      if (walk.above.length > 0) refuse("is undefined", "Use null.");
    } else if (typeof value === "bigint") {
      const digits = `${value}`;
      grow(digits.length);
      walk.marked = true;
      return mark + digits;
    } else if (value === null || typeof value === "boolean") grow(4);
    else
      refuse(
        `is a ${typeof value}`,
        "JSON has objects, arrays, texts, numbers, booleans and null.",
      );
    return value;
  }

  function copyObject(value: object, mark: string): unknown {
    const { above } = walk;
    if (above.length === MAX_DEPTH) {
      refuse(above.includes(value) ? "contains itself" : `is nested deeper than ${MAX_DEPTH}`);
    }
    const prototype = Object.getPrototypeOf(value);
    const isArray = Array.isArray(value);
    if (!isArray && prototype !== null && prototype !== objectPrototype) refuseOdd(value);
    grow(2);
    above[above.length] = value;
    const copied = isArray ? copyItems(value, mark) : copyProperties(value as Unknown, mark);
    above.length--;
    return copied;
  }

  function copyItems(list: readonly unknown[], mark: string): unknown[] {
    const { length } = list;
    if (length * 2 > walk.limit) grow(length * 2);
    const items: unknown[] = [];
    for (let index = 0; index < length; index++) {
      walk.path[walk.above.length] = index;
      grow(1);
      items[index] = copy(list[index], mark);
    }
    return items;
  }

  /** As `JSON.stringify` does, it leaves out what is undefined. */
  function copyProperties(object: Unknown, mark: string): Unknown {
    const copied = Object.create(null);
    for (const key of Object.keys(object)) {
      walk.path[walk.above.length] = key;
      if (key === "__proto__") refuse("is a key that is not taken");
      const item = object[key];
      if (item === undefined) continue;
      grow(key.length + 4);
      copied[key] = copy(item, mark);
    }
    return copied;
  }

  /** Refuses objects that would be `{}` as JSON whatever they hold. */
  function refuseOdd(value: object): void {
    const [name = "", hint] = nameOdd(value).split("|");
    if (name !== "") refuse(`is ${name}`, hint);
  }

  return encode;
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

/**
 * Gives a function that names objects whose contents are not in their properties, with a hint
 * behind a bar.
 */
export function makeOddNamer() {
  "use strict";
  function isError(value: object): boolean {
    return Object.prototype.toString.call(value) === "[object Error]";
  }

  function getterOf(prototype: object, name: string): (value: object) => unknown {
    const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
    if (!get) throw new Error(`there is no getter ${name}`);
    return (value) => Reflect.apply(get, value, []);
  }

  const EXOTIC: readonly (readonly [string, (value: object) => unknown, string])[] = [
    [
      "a Date",
      (value) => Date.prototype.getTime.call(value),
      "date.toISOString() makes it a text.",
    ],
    ["a Map", getterOf(Map.prototype, "size"), "Object.fromEntries(map) makes it an object."],
    ["a Set", getterOf(Set.prototype, "size"), "[...set] makes it an array."],
    ["a WeakMap", (value) => WeakMap.prototype.has.call(value as WeakMap<object, unknown>, {}), ""],
    ["a WeakSet", (value) => WeakSet.prototype.has.call(value as WeakSet<object>, {}), ""],
    ["a RegExp", getterOf(RegExp.prototype, "source"), "String(regexp) makes it a text."],
    [
      "an Error",
      (value) => isError(value) || Number.prototype.valueOf.call(null),
      "error.message is its text.",
    ],
    [
      "a promise",
      (value) => void Promise.prototype.then.call(value as Promise<unknown>, undefined, () => {}),
      "Await it.",
    ],
    [
      "an ArrayBuffer",
      getterOf(ArrayBuffer.prototype, "byteLength"),
      "[...new Uint8Array(buffer)] makes it an array.",
    ],
    [
      "a typed array",
      (value) => Uint8Array.prototype.values.call(value as Uint8Array),
      "[...array] makes it a plain array.",
    ],
    [
      "a Number object",
      (value) => Number.prototype.valueOf.call(value),
      "Number(value) makes it a number.",
    ],
    [
      "a String object",
      (value) => String.prototype.valueOf.call(value),
      "String(value) makes it a text.",
    ],
    [
      "a Boolean object",
      (value) => Boolean.prototype.valueOf.call(value),
      "value.valueOf() makes it a boolean.",
    ],
  ];

  return (value: object): string => {
    for (const [name, touch, hint] of EXOTIC) {
      try {
        touch(value);
        return `${name}|${hint}`;
      } catch {
        // It is none.
      }
    }
    return "";
  };
}
