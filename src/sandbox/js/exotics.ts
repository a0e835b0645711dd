// oxlint-disable unicorn/consistent-function-scoping -- each has to stand alone, as in harness.ts

/** What tells kinds of objects apart: it throws at others. With a hint on what JSON takes. */
type Exotic = readonly [name: string, touch: (value: object) => unknown, hint: string];

/** Kinds of objects whose contents are not in their properties. */
export function makeExotics(): Exotic[] {
  "use strict";
  function getterOf(prototype: object, name: string): (value: object) => unknown {
    const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
    if (!get) throw new Error(`there is no getter ${name}`);
    return (value) => Reflect.apply(get, value, []);
  }

  function touchError(value: object): void {
    if (Object.prototype.toString.call(value) !== "[object Error]") throw new TypeError();
  }

  function touchPromise(value: object): void {
    void Promise.prototype.then.call(value as Promise<unknown>, undefined, () => {});
  }

  const time = (value: object) => Date.prototype.getTime.call(value);
  const map = getterOf(Map.prototype, "size");
  const set = getterOf(Set.prototype, "size");
  const weakMap = (value: object) =>
    WeakMap.prototype.has.call(value as WeakMap<object, unknown>, {});
  const weakSet = (value: object) => WeakSet.prototype.has.call(value as WeakSet<object>, {});
  const source = getterOf(RegExp.prototype, "source");
  const bytes = getterOf(ArrayBuffer.prototype, "byteLength");
  const typed = (value: object) => Uint8Array.prototype.values.call(value as Uint8Array);
  const number = (value: object) => Number.prototype.valueOf.call(value);
  const string = (value: object) => String.prototype.valueOf.call(value);
  const boolean = (value: object) => Boolean.prototype.valueOf.call(value);
  return [
    ["a Date", time, "date.toISOString() makes it a text."],
    ["a Map", map, "Object.fromEntries(map) makes it an object."],
    ["a Set", set, "[...set] makes it an array."],
    ["a WeakMap", weakMap, ""],
    ["a WeakSet", weakSet, ""],
    ["a RegExp", source, "String(regexp) makes it a text."],
    ["an Error", touchError, "error.message is its text."],
    ["a promise", touchPromise, "Await it."],
    ["an ArrayBuffer", bytes, "[...new Uint8Array(buffer)] makes it an array."],
    ["a typed array", typed, "[...array] makes it a plain array."],
    ["a Number object", number, "Number(value) makes it a number."],
    ["a String object", string, "String(value) makes it a text."],
    ["a Boolean object", boolean, "value.valueOf() makes it a boolean."],
  ];
}

/** Gives a function that names the kind of such an object, with its hint behind a bar; else "". */
export function makeOddNamer(exotics: readonly Exotic[]) {
  "use strict";
  return (value: object): string => {
    for (const [name, touch, hint] of exotics) {
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
